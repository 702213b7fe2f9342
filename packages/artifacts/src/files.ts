// Reading a file that may not be there, and writing one whole or not at all. Our own, because the errors say what the user
// can mend.

import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { notReadable, notWritable, systemCode } from './errors.js';
import { sweep, temporaryIn } from './temporary.js';

/**
 * A file's content; undefined where there is no such file.
 *
 * @throws UserError when there is one that cannot be read.
 */
export async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(systemCode(error) ?? '')) return undefined;
    throw notReadable(file, error);
  }
}

/**
 * Makes a folder, and those that it lies in.
 *
 * @throws the system's error.
 */
export async function makeFolder(folder: string): Promise<void> {
  const make = () => mkdir(folder, { recursive: true });
  await make().catch(async error => {
    if (systemCode(error) !== 'ENOENT') throw error;
    // Node says so of a read-only file system, too, unless it makes a single folder: github.com/nodejs/node/issues/47098.
    await mkdir(error.path);
    await make();
  });
}

/**
 * Writes a file so that, whenever the process or the machine stops, either the old or the whole new content
 * is found under its name. Creates the folders it needs; leaves no temporary file behind on failure, and removes those
 * that killed processes left in the same folder. Content that comes in parts is written as it comes.
 *
 * @throws UserError when the file cannot be written, naming it and the reason.
 */
export async function writeFileAtomic(
  path: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
): Promise<void> {
  const folder = dirname(path);
  // In the same folder, because a rename is atomic only within one file system.
  const temporary = temporaryIn(folder);
  try {
    await makeFolder(folder);
    await sweep(folder);
    const handle = await open(temporary, 'wx');
    try {
      if (typeof content === 'string' || content instanceof Uint8Array) await handle.writeFile(content);
      else for await (const part of content) await handle.writeFile(part);
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
