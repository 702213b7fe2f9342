import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  artifactIsCurrent,
  foreignFile,
  hashOf,
  openArtifact,
  writeArtifact,
  writeBeside,
  writeFileBeside,
} from '../src/index.js';

const kind = 'images';
const settings = { seed: 1, training: { epochs: 3 } };
const remedy = 'run `demod data`';
const files = { 'a.bin': Uint8Array.of(1, 2, 3), 'b.txt': 'text' };

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'artifact-'));
  await writeArtifact(folder, { kind, settings, seed: 1, files });
});
afterEach(() => rmSync(folder, { recursive: true }));

const manifest = () => join(folder, 'manifest.json');

describe('an artifact', () => {
  test('is read as it was written', async () => {
    const artifact = await openArtifact(folder, { kind, settings, remedy });
    expect([...(await artifact.read('a.bin'))]).toEqual([1, 2, 3]);
    expect(artifact.manifest).toMatchObject({ kind, settings, seed: 1, settingsHash: hashOf(settings) });
    expect(artifact.manifest.versions).toEqual({ 'blind-demod': '0.1.0', node: process.versions.node });
    expect(await artifactIsCurrent(folder, { kind, settings })).toBe(true);
  });

  test('has the same bytes when it is written again', async () => {
    const before = readFileSync(manifest());
    await writeArtifact(folder, { kind, settings: { training: { epochs: 3 }, seed: 1 }, seed: 1, files });
    expect(readFileSync(manifest())).toEqual(before);
  });

  test('opens without settings, whatever they were', async () => {
    await expect(openArtifact(folder, { kind, remedy })).resolves.toBeDefined();
  });

  test('tells which setting differs', async () => {
    const wanted = { seed: 1, training: { epochs: 12 } };
    await expect(openArtifact(folder, { kind, settings: wanted, remedy })).rejects.toThrow(
      new UserError(
        `${folder} (images) was made with other settings (training.epochs: 3 there, 12 wanted); ${remedy}`,
      ),
    );
    expect(await artifactIsCurrent(folder, { kind, settings: wanted })).toBe(false);
  });

  test('is refused when it is of another kind or absent', async () => {
    await expect(openArtifact(folder, { kind: 'generator', remedy })).rejects.toThrow(
      new UserError(`${folder} holds images, not generator; ${remedy}`),
    );
    const nowhere = join(folder, 'nowhere');
    await expect(openArtifact(nowhere, { kind, remedy })).rejects.toThrow(
      new UserError(`no images in ${nowhere}; ${remedy}`),
    );
    expect(await artifactIsCurrent(nowhere, { kind, settings })).toBe(false);
    expect(await artifactIsCurrent(folder, { kind: 'generator', settings })).toBe(false);
  });

  test.each([
    ['cut short', () => writeFileSync(join(folder, 'a.bin'), Uint8Array.of(1, 2))],
    ['changed', () => writeFileSync(join(folder, 'a.bin'), Uint8Array.of(1, 2, 4))],
    ['extended', () => appendFileSync(join(folder, 'a.bin'), '4')],
    ['deleted', () => rmSync(join(folder, 'a.bin'))],
  ])('notices a file that was %s', async (how, damage) => {
    damage();
    expect(await artifactIsCurrent(folder, { kind, settings })).toBe(false);
    const artifact = await openArtifact(folder, { kind, settings, remedy });
    await expect(artifact.read('a.bin')).rejects.toThrow(
      new UserError(`${join(folder, 'a.bin')} is ${how === 'deleted' ? 'missing' : 'damaged'}; ${remedy}`),
    );
    await expect(artifact.read('b.txt')).resolves.toBeDefined();
  });

  test.each(['', '{', '{}', '[]', 'null'])('notices a manifest that is %j', async content => {
    writeFileSync(manifest(), content);
    await expect(openArtifact(folder, { kind, remedy })).rejects.toThrow(
      new UserError(`${manifest()} is damaged; ${remedy}`),
    );
    expect(await artifactIsCurrent(folder, { kind, settings })).toBe(false);
  });

  test('notices settings edited in the manifest', async () => {
    writeFileSync(manifest(), readFileSync(manifest(), 'utf8').replace('"epochs": 3', '"epochs": 4'));
    await expect(openArtifact(folder, { kind, remedy })).rejects.toThrow('is damaged');
  });

  test('is not there while it is half written', async () => {
    writeFileSync(join(folder, 'plain'), '');
    const broken = { ...files, 'plain/c.bin': 'cannot be written' };
    await expect(writeArtifact(folder, { kind, settings, seed: 1, files: broken })).rejects.toThrow(
      UserError,
    );
    expect(await artifactIsCurrent(folder, { kind, settings })).toBe(false);
  });
});

describe('what is there already', () => {
  const names = Object.keys(files);
  const other = { ...settings, seed: 2 };
  const foreign = (wanted: object, under = kind) =>
    foreignFile(folder, { kind: under, settings: wanted, names });

  test('may be replaced by a run of the same settings, and by no other', async () => {
    expect(await foreign(settings)).toBeUndefined();
    expect(await foreign(other)).toBe(join(folder, 'a.bin'));
    expect(await foreign(settings, 'generator')).toBe(join(folder, 'a.bin'));
    expect(await foreignFile(folder, { kind, settings: other, names: ['c'] })).toBe(manifest());
    expect(await foreignFile(join(folder, 'none'), { kind, settings, names })).toBeUndefined();
  });

  test('may not be replaced where somebody changed it, or put it there', async () => {
    appendFileSync(join(folder, 'b.txt'), ' and a note');
    expect(await foreign(settings)).toBe(join(folder, 'b.txt'));
    rmSync(join(folder, 'b.txt'));
    expect(await foreign(settings)).toBeUndefined();
    rmSync(manifest());
    expect(await foreign(settings)).toBe(join(folder, 'a.bin')); // whose it is nobody says
    writeFileSync(manifest(), 'my own list');
    rmSync(join(folder, 'a.bin'));
    expect(await foreign(settings)).toBe(manifest());
  });

  test('may be replaced where a run of the same settings was cut short', async () => {
    mkdirSync(join(folder, 'c'));
    writeFileSync(join(folder, 'c/mine'), '');
    const more = { 'a.bin': 'new', c: 'cannot be written: a folder is there' };
    const content = { kind, settings: other, seed: 2 };
    await expect(writeArtifact(folder, { ...content, files: more })).rejects.toThrow(UserError);
    expect(readFileSync(join(folder, 'a.bin'), 'utf8')).toBe('new');
    expect(await foreignFile(folder, { ...content, names: ['a.bin', 'c'] })).toBeUndefined();
    expect(await foreign(other)).toBe(join(folder, 'b.txt')); // it was there before
    rmSync(join(folder, 'c'), { recursive: true });
    await writeArtifact(folder, { ...content, files: more });
    expect(readdirSync(folder).sort()).toEqual(['a.bin', 'b.txt', 'c', 'manifest.json']);
  });

  test('is moved beside', async () => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await writeBeside(folder, { kind, settings, seed: 1, files });
    expect(stderr).not.toHaveBeenCalled();
    writeFileSync(`${folder}.1`, 'in use');
    await writeBeside(folder, { kind, settings: other, seed: 2, files });
    expect(stderr).toHaveBeenCalledExactlyOnceWith(
      `kept: ${join(folder, 'a.bin')} was there, of another run; ${folder} is now ${folder}.2\n`,
    );
    expect(await artifactIsCurrent(folder, { kind, settings: other })).toBe(true);
    expect(await artifactIsCurrent(`${folder}.2`, { kind, settings })).toBe(true);
    for (const beside of ['.1', '.2']) rmSync(folder + beside, { recursive: true });

    const file = join(folder, 'table.json');
    await writeFileBeside(file, 'one');
    await writeFileBeside(file, 'one');
    await writeFileBeside(file, 'two');
    stderr.mockRestore();
    expect(readFileSync(file, 'utf8')).toBe('two');
    expect(readFileSync(`${file}.1`, 'utf8')).toBe('one');
    expect(readdirSync(folder)).not.toContain('table.json.2');
  });
});

describe('hashOf', () => {
  test('does not depend on the order of keys, but on everything else', () => {
    expect(hashOf({ a: 1, b: { c: [1, 2], d: null } })).toBe(hashOf({ b: { d: null, c: [1, 2] }, a: 1 }));
    expect(hashOf({ a: 1, b: undefined })).toBe(hashOf({ a: 1 }));
    expect(new Set([{ a: 1 }, { a: 2 }, { a: '1' }, { a: [1] }, {}, null].map(hashOf)).size).toBe(6);
    expect(hashOf({ b: 1, a: 'x' })).toBe(hashOf({ a: 'x', b: 1 }));
  });

  test('refuses numbers that JSON has not', () => {
    expect(() => hashOf({ a: Number.NaN })).toThrow(TypeError);
  });
});
