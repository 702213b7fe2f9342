// What a process of the benchmark is told to measure, and what it answers.
import type { Device } from '@blind-demod/jit';
import type { ProgramName, Size } from './programs.js';

interface TaskOn<Engine> extends Size {
  readonly engine: Engine;
  readonly program: ProgramName;
  /** On `cpu` and PyTorch; all cores when absent. */
  readonly threads?: number;
}

/** PyTorch, run in its ways; which is the fastest depends on the program and the machine. */
export const PYTORCH_ENGINES = ['pytorch eager', 'pytorch channels-last', 'pytorch compiled'] as const;
/** Another, with products of ten bits after the point, which an NVIDIA GPU does faster. */
export const ROUNDED_ENGINE = 'pytorch tf32';

/** What a process of this project does, … */
export type OwnTask = TaskOn<Exclude<Device, 'auto'> | 'wasm'>;
/** … and one of PyTorch. */
export type PyTorchTask = TaskOn<(typeof PYTORCH_ENGINES)[number] | typeof ROUNDED_ENGINE> & {
  /** Whether it runs on a GPU, where PyTorch finds one. */
  readonly gpu?: boolean;
};
export type Task = OwnTask | PyTorchTask;

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
