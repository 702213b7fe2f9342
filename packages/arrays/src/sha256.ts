// The sha256 of bytes, where there is no Node. `sha256.node.ts` takes its place where there is.
import { sha256 as hash } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** The sha256 of the parts, one after the other, in hexadecimal; text as UTF-8. */
export function sha256(...parts: (Uint8Array | string)[]): string {
  const state = hash.create();
  for (const part of parts) state.update(typeof part === 'string' ? utf8ToBytes(part) : part);
  return bytesToHex(state.digest());
}
