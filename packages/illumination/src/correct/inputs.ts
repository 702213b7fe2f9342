// Which pictures are meant, and where what is made of each goes.

import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import { notReadable, systemCode } from '@blind-demod/artifacts';
import { isPictureName, picturesIn } from '@blind-demod/picture-files';
import { glob, isDynamicPattern } from 'tinyglobby';

/** Of formats that are read, those that are not written take another. */
const WRITTEN_AS: Record<string, string> = { '.gif': '.tif' };

/** 2 before 10. */
const inOrder = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true });

/**
 * The files that are meant: files as they are, of folders the pictures directly in them, of patterns what they match.
 *
 * @throws UserError when there is no such file, or a folder or a pattern has no pictures.
 */
export async function findPictures(given: readonly string[]): Promise<string[]> {
  const found = await Promise.all(given.map(async one => (await picturesOf(one)).sort(inOrder)));
  const files = found.flat();
  return files.filter((file, index) => files.findIndex(other => resolve(other) === resolve(file)) === index);
}

async function picturesOf(given: string): Promise<string[]> {
  const is = await stat(given).catch(error => {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '') || isDynamicPattern(given)) return undefined;
    throw notReadable(given, error);
  });
  if (is?.isDirectory()) return (await picturesIn(given)).map(name => join(given, name));
  if (is?.isFIFO()) {
    throw new UserError(`${given}: a picture is read several times, which a pipe allows once; give a file`);
  }
  if (is !== undefined) return [given];
  if (!isDynamicPattern(given)) throw new UserError(`${given}: no such file or folder`);
  const pictures = (await glob(given)).filter(name => isPictureName(basename(name)));
  if (pictures.length > 0) return pictures;
  throw new UserError(`${given}: no pictures match this pattern`);
}

/**
 * Where the correction of each file goes: under `out`, in the folders that the inputs do not share, in a format that is
 * written.
 */
export function targetsOf(
  files: readonly string[],
  out: string,
  { asTiff }: { asTiff: boolean },
): Map<string, string> {
  const shared = files.map(file => dirname(resolve(file))).reduce(sharedFolder);
  return new Map(
    files.map(file => {
      const extension = extname(file);
      const isTiff = /^\.tiff?$/i.test(extension);
      const written = asTiff && !isTiff ? '.tif' : (WRITTEN_AS[extension.toLowerCase()] ?? extension);
      const path = relative(shared, resolve(file));
      return [file, join(out, path.slice(0, path.length - extension.length) + written)];
    }),
  );
}

function sharedFolder(a: string, b: string): string {
  let folder = a;
  while (relative(folder, b).startsWith('..')) folder = dirname(folder);
  return folder;
}
