import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loadAs, loadSettings } from '../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'load-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'settings.json');

const round = z.strictObject({ shape: z.literal('round').default('round'), radius: z.int().default(1) });
const box = z.strictObject({ shape: z.literal('box'), height: z.int().default(1) });
const flat = z.strictObject({ kind: z.literal('flat'), fill: z.discriminatedUnion('shape', [round, box]) });
const thick = z.strictObject({ kind: z.literal('thick'), style: z.literal('plain'), depth: z.int() });
const thicker = z.strictObject({ kind: z.literal('thick'), style: z.literal('bold'), weight: z.int() });
const schema = z.discriminatedUnion('kind', [flat, z.discriminatedUnion('style', [thick, thicker])]);

async function complaint(settings: unknown): Promise<string> {
  writeFileSync(file, JSON.stringify(settings));
  const { message } = await loadSettings(file, schema).then(
    () => ({ message: 'none' }),
    error => error,
  );
  return message.replace(`${file}: `, '');
}

describe('a setting that is unknown is named with those that its alternative knows', () => {
  test.each([
    [
      { kind: 'flat', fill: { radius: 1, hight: 2 } },
      'unknown setting "fill.hight"; known there: shape, radius',
    ],
    [
      { kind: 'flat', fill: { shape: 'box', hight: 2 } },
      'unknown setting "fill.hight"; did you mean "height"?',
    ],
    [
      { kind: 'flat', fill: { shape: 'box', radius: 2 } },
      'unknown setting "fill.radius"; known there: shape, height',
    ],
    [
      { kind: 'thick', style: 'bold', weight: 1, depth: 2 },
      'unknown setting "depth"; known there: kind, style, weight',
    ],
    [{ kind: 'thick', style: 'plain', depth: 1, dept: 2 }, 'unknown setting "dept"; did you mean "depth"?'],
  ])('%j', async (settings, expected) => {
    expect(await complaint(settings)).toBe(expected);
  });

  test('and so is the name of an alternative', async () => {
    expect(await complaint({ kind: 'flat', fill: { shape: 'rond' } })).toBe(
      `"fill.shape": expected 'round' | 'box', got "rond"`,
    );
  });
});

test('a null character, of which the system knows no path', async () => {
  expect(await complaint({ kind: 'a\0b' })).toBe(
    'a text in it has the null character, \\u0000, which no path has',
  );
  expect(await complaint({ kind: 'a\\u0000b' })).toMatch(/^"kind": expected/); // a backslash and letters
});

describe('a file that is none', () => {
  const load = (path: string) => loadSettings(path, schema);

  test.each(['...json', '..json', '..', '.'])(
    'named %s, of which no folder can have its name',
    async name => {
      await expect(loadAs(join(folder, name) === folder ? '.' : `${folder}/${name}`, schema)).rejects.toThrow(
        /has none; rename it$|is a folder/,
      );
    },
  );

  test.runIf(existsSync('/dev/zero'))('a device without an end', async () => {
    await expect(load('/dev/zero')).rejects.toThrow(/^\/dev\/zero: has more than 1 MiB, so is no file of/);
  });

  test.runIf(existsSync('/proc/self/mem'))('a device that fails', async () => {
    await expect(load('/proc/self/mem')).rejects.toThrow(
      '/proc/self/mem: cannot be read: the device failed (input/output error)',
    );
  });

  test('of twenty megabytes', async () => {
    writeFileSync(file, JSON.stringify({ kind: 'x'.repeat(20_000_000) }));
    await expect(load(file)).rejects.toThrow(/: has more than 1 MiB/);
  });

  test('with a name and a value that fill it', async () => {
    const long = 'x'.repeat(1_000_000);
    expect((await complaint({ kind: 'flat', fill: {}, [long]: 1 })).length).toBeLessThan(200);
    expect((await complaint({ kind: long })).length).toBeLessThan(200);
    expect((await complaint({ kind: 'flat', fill: { [long]: {} } })).length).toBeLessThan(200);
  });
});
