// How many threads a program computes with.
import { host } from '#host';

let chosen: number | undefined;

/**
 * Programs compiled from now on use `count` threads on the `cpu` device; undefined: what `threadCount` finds. In a
 * browser the first program settles it.
 */
export function useThreads(count: number | undefined): void {
  chosen = count;
}

/**
 * The number of threads to use: what was chosen, else what the machine lets this process have.
 *
 * ONNX Runtime's own choice is not taken: it binds each thread but the first to a core, and where the first, Node's own,
 * runs on one of those, two threads share it. On two cores that cost a half to two thirds of the speed.
 */
export function threadCount(): number {
  return chosen ?? host.threadLimit();
}
