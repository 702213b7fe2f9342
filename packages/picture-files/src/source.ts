// The bytes of a file, read where they are wanted: never more than the file has.

import { type FileHandle, open } from 'node:fs/promises';
import { UserError } from '@blind-demod/arrays';
import { systemCode, systemReason } from '@blind-demod/artifacts';
import { damaged } from './unreadable.js';

export interface Source {
  readonly size: number;
  /**
   * Bytes `offset` to `offset + length`.
   *
   * @throws Unreadable when the file does not have them.
   */
  read(offset: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** @throws UserError when there is no such file, or it cannot be read. */
export async function openSource(file: string): Promise<Source> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file);
    const status = await handle.stat();
    if (status.isFIFO()) return await drained(handle);
    if (status.isDirectory()) throw new UserError(`${file}: cannot be read (EISDIR): it is a folder`);
    if (!status.isFile()) throw new UserError(`${file}: it is not a file; give the path of an image`);
    return sourceOf(file, handle, status.size);
  } catch (error) {
    await handle?.close();
    throw notReadable(file, error);
  }
}

function sourceOf(file: string, handle: FileHandle, size: number): Source {
  return {
    size,
    async read(offset, length) {
      if (offset + length > size) throw damaged('it ends too early');
      const bytes = Buffer.allocUnsafeSlow(length);
      for (let done = 0; done < length; ) {
        const { bytesRead } = await handle.read(bytes, done, length - done, offset + done).catch(error => {
          throw notReadable(file, error);
        });
        if (bytesRead === 0) throw damaged('it ends too early');
        done += bytesRead;
      }
      return bytes;
    },
    close: () => handle.close(),
  };
}

/** What comes through a pipe is kept in memory, because it comes once. */
async function drained(handle: FileHandle): Promise<Source> {
  const content = await handle.readFile();
  await handle.close();
  return {
    size: content.length,
    async read(offset, length) {
      if (offset + length > content.length) throw damaged('it ends too early');
      return Buffer.from(content.subarray(offset, offset + length));
    },
    close: async () => {},
  };
}

function notReadable(file: string, error: unknown): unknown {
  const code = systemCode(error);
  const reason = systemReason(error);
  if (reason === undefined) return error;
  return new UserError(
    code === 'ENOENT' || code === 'ENOTDIR'
      ? `${file}: no such file; give the path of an image`
      : `${file}: cannot be read (${code}): ${reason}`,
  );
}
