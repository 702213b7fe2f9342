// What a process of the benchmark is told to measure, and what it answers.
import type { Device } from '@blind-demod/jit';
import type { ProgramName, Size } from './programs.js';

export interface Task extends Size {
  readonly engine: Exclude<Device, 'auto'> | 'wasm';
  readonly program: ProgramName;
  /** On `cpu`; all cores when absent. */
  readonly threads?: number;
}

/** To the process: run the program for a turn, or tell what it took and end. */
export type Request = 'run' | 'finish';

export type Answer =
  /** After the first run. */
  | { readonly kind: 'ready' }
  /** Per run, over the runs of a turn. */
  | { readonly kind: 'ran'; readonly milliseconds: number }
  | { readonly kind: 'finished'; readonly operations: number; readonly peakMemoryMB: number }
  /** It cannot work here; the user can mend it. */
  | { readonly kind: 'refused'; readonly reason: string };
