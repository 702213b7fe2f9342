// The sha256 of bytes, by Node: several times as fast as in JavaScript.
import { createHash } from 'node:crypto';

/** The sha256 of the parts, one after the other, in hexadecimal; text as UTF-8. */
export function sha256(...parts: (Uint8Array | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
