// The pictures of a folder, by what they are called.

import { readdir } from 'node:fs/promises';
import { extname } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import { notReadable, systemCode } from '@blind-demod/artifacts';

export const PICTURE_ENDINGS = ['.tif', '.tiff', '.png', '.jpg', '.jpeg', '.webp', '.gif'];

/** Whether a file is a picture by its name, and not a hidden one. */
export const isPictureName = (name: string): boolean =>
  !name.startsWith('.') && PICTURE_ENDINGS.includes(extname(name).toLowerCase());

/**
 * The names of the pictures that lie in a folder, sorted. What is no file is none: a pipe would be waited for.
 *
 * @throws UserError when there is no such folder, it cannot be read, or there are no pictures in it.
 */
export async function picturesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(error => {
    if (systemCode(error) === 'ENOENT') {
      throw new UserError(`${folder}: no such folder; give the folder of the pictures`);
    }
    throw notReadable(folder, error);
  });
  const names = entries
    .filter(entry => isPictureName(entry.name) && (entry.isFile() || entry.isSymbolicLink()))
    .map(({ name }) => name);
  if (names.length === 0) {
    throw new UserError(`${folder}: no pictures (${PICTURE_ENDINGS.join(', ')}) in this folder`);
  }
  return names.sort();
}
