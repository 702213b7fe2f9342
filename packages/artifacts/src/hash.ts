// The hash of settings, whatever the order of their keys. Our own: kept artifacts are found by hashes of just these bytes.
import { sha256 } from '@blind-demod/arrays';

/** The sha256, in hexadecimal, of a value's canonical JSON: keys sorted, no spaces, undefined left out. */
export function hashOf(value: unknown): string {
  return sha256(canonicalJson(value));
}

/** @throws TypeError on numbers that JSON cannot write */
export function canonicalJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, sortedKeys, indent);
}

function sortedKeys(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new TypeError(`"${key}" expected a finite number, got ${value}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
