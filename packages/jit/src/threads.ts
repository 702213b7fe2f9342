// How many threads a program computes with.
import { host } from '#host';

let chosen: number | undefined;

/**
 * Programs compiled from now on use `count` threads on the `cpu` device; undefined: what `threadCount` finds. In a
 * browser the first program settles it.
 *
 * @param count a whole number from 1.
 * @example
 * import { threadCount, useThreads } from '@blind-demod/jit';
 *
 * useThreads(1);
 * console.log(threadCount()); // 1
 * useThreads(undefined);
 */
export function useThreads(count: number | undefined): void {
  chosen = count;
}

/**
 * The number of threads to use: what was chosen, else what the machine lets this process have.
 *
 * ONNX Runtime's own choice is not taken: it binds each thread but the first to a core, and where the first, Node's own,
 * runs on one of those, two threads share it. On two cores that cost a half to two thirds of the speed.
 *
 * @example
 * import { threadCount } from '@blind-demod/jit';
 *
 * console.log(threadCount() >= 1); // true
 */
export function threadCount(): number {
  return chosen ?? host.threadLimit();
}
