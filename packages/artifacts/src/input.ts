// Reading what the user names, of any kind: a file, a pipe, a device; but no more of it than is sensible.
import { createReadStream } from 'node:fs';
import { stdin } from 'node:process';
import { UserError } from '@blind-demod/arrays';

/** Standard input, where a file is named; the second name on systems that have no such device, too. */
export const isStandardInput = (file: string): boolean => ['-', '/dev/stdin'].includes(file);

/** There is more to read than was allowed. */
export class TooLargeError extends UserError {}

/**
 * All bytes of a file; of `-`, of standard input.
 *
 * @param limit how many bytes there may be.
 * @throws TooLargeError when there are more; the system's error when it cannot be read.
 */
export async function readInput(file: string, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of isStandardInput(file) ? stdin : createReadStream(file)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > limit) throw new TooLargeError(`${file}: has more than ${limit} bytes`);
  }
  return Buffer.concat(chunks);
}
