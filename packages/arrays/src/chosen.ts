// A choice by shares.
import type { RandomStream } from './random.js';

/** One of the values, each as often as its share says; the shares sum to 1. */
export function chosen<T>(shares: readonly (readonly [share: number, value: T])[], random: RandomStream): T {
  let left = random.uniform();
  for (const [share, value] of shares) {
    left -= share;
    if (left < 0) return value;
  }
  return shares.at(-1)![1]; // where rounding leaves the shares a little short of 1
}
