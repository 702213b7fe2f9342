// Writing a file whole or not at all. Our own, because its errors say what the user can mend.

import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import { systemCode } from './errors.js';

const REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder',
  ENOTEMPTY: 'it is a folder',
  ENAMETOOLONG: 'the name is too long',
};

/**
 * Writes a file so that, whenever the process or the machine stops, either the old or the whole new content
 * is found under its name. Creates the folders it needs; leaves no temporary file behind on failure.
 *
 * @throws UserError when the file cannot be written, naming it and the reason.
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const folder = dirname(path);
  // In the same folder, because a rename is atomic only within one file system.
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw notWritable(path, error);
  }
}

/** The UserError for a failed write where the cause is one that the user can mend, else the error itself. */
export function notWritable(path: string, error: unknown): unknown {
  const reason = REASONS[systemCode(error) ?? ''];
  return reason === undefined ? error : new UserError(`cannot write ${path}: ${reason}`);
}
