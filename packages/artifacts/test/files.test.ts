import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import { afterAll, describe, expect, test } from 'vitest';
import { notWritable } from '../src/errors.js';
import { systemReason, writeFileAtomic } from '../src/index.js';
import { temporaryIn } from '../src/temporary.js';

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

  test('removes what killed processes left in the folder, and nothing else', async () => {
    const left = join(folder, 'left');
    mkdirSync(left);
    const mine = basename(temporaryIn(left));
    // As of a process that had the number of this one before: it started at another time.
    const dead = mine.replace(/-(\d+)-\d*-/, '-$1-1-');
    const elsewhere = mine.replace(/^.demod-.{8}/, '.demod-00000000');
    const old = elsewhere.replace('.tmp', '').replace(/.{12}$/, '000000000000.tmp');
    const others = ['.demod.tmp', 'demod.tmp', 'a.tmp', mine, elsewhere];
    for (const name of [...others, dead, old]) writeFileSync(join(left, name), '');
    const long = new Date(Date.now() - 3_600_000);
    utimesSync(join(left, old), long, long);
    await writeFileAtomic(join(left, 'file'), '');
    expect(readdirSync(left).sort()).toEqual([...others, 'file'].sort());
  });

  test('takes any name that the system takes', async () => {
    const file = join(folder, 'n'.repeat(255));
    await writeFileAtomic(file, 'x');
    expect(readFileSync(file, 'utf8')).toBe('x');
  });
});

test.each([
  ['EFBIG', /larger than files may be/],
  ['EIO', /the device failed/],
  ['EMFILE', /too many files are open/],
  ['ENOENT', /not there/],
  ['EPROTO', /^the system says EPROTO$/],
])('%s in words', (code, words) => {
  expect(systemReason(Object.assign(new Error(code), { code }))).toMatch(words);
});

test.each([
  [-constants.errno.EDQUOT, 'the disk quota is used up'],
  [-constants.errno.EBADMSG, 'the device failed (what it read is damaged)'],
  [-99999, 'the system says E99999'],
])('an error that Node knows no name for: %i', (errno, words) => {
  const code = `Unknown system error ${errno}`;
  expect(systemReason(Object.assign(new Error(code), { code, errno }))).toBe(words);
});

test.each(['ERR_INVALID_ARG_TYPE', 'MODULE_NOT_FOUND'])('%s is not the system’s', code => {
  expect(systemReason(Object.assign(new Error(code), { code }))).toBeUndefined();
});

test('a read-only file system is told as such, also where folders are missing', async ({ skip }) => {
  const disk = join(folder, 'read-only');
  mkdirSync(disk);
  const mount = (...args: string[]) => spawnSync('mount', args, { stdio: 'ignore' }).status === 0;
  if (!mount('-t', 'tmpfs', '-o', 'ro', 'tmpfs', disk)) skip('only root may mount a disk');
  try {
    const why = /: the file system is read-only$/;
    await expect(writeFileAtomic(join(disk, 'file'), '')).rejects.toThrow(why);
    await expect(writeFileAtomic(join(disk, 'new', 'folder', 'file'), '')).rejects.toThrow(why);
  } finally {
    spawnSync('umount', [disk]);
  }
});
