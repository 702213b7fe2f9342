import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import { afterAll, describe, expect, test } from 'vitest';
import { notWritable } from '../src/files.js';
import { writeFileAtomic } from '../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'files-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('writeFileAtomic', () => {
  test('writes bytes and text, over what was there, in folders it creates', async () => {
    const file = join(folder, 'a/b/file');
    await writeFileAtomic(file, 'è');
    expect(readFileSync(file, 'utf8')).toBe('è');
    await writeFileAtomic(file, Uint8Array.of(0, 255));
    expect([...readFileSync(file)]).toEqual([0, 255]);
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['file']);
  });

  test('names the file and the reason when a folder on the way is a file', async () => {
    writeFileSync(join(folder, 'plain'), '');
    const file = join(folder, 'plain/sub/file');
    await expect(writeFileAtomic(file, '')).rejects.toThrow(
      new UserError(`cannot write ${file}: a part of the path is a file, not a folder`),
    );
  });

  test('leaves no temporary file behind when it fails', async () => {
    mkdirSync(join(folder, 'target/full'), { recursive: true });
    await expect(writeFileAtomic(join(folder, 'target'), 'x')).rejects.toThrow(UserError);
    expect(readdirSync(folder).filter(name => name.endsWith('.tmp'))).toEqual([]);
  });

  test('explains what the user can mend, and passes on the rest', () => {
    const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    expect(notWritable('x', full)).toEqual(new UserError('cannot write x: no space left on the device'));
    const other = new Error('a bug');
    expect(notWritable('x', other)).toBe(other);
  });
});
