// What the page and its worker tell each other.
import type { Factor } from '@blind-demod/arrays';
import type { PairName, SolverName } from './solvers.js';
import type { PageDevice } from './state.js';

/** What a frame of the film shows the end of: the lines of Algorithm 1, and what comes before and after them. */
export type Line =
  | 'start'
  | 'signs'
  | 'signal'
  | 'distortion'
  | 'balance'
  | 'iteration'
  | 'polish'
  | 'divide';

/** A moment of a search. */
export interface Frame {
  readonly line: Line;
  /** Of Algorithm 1, from 1; of the evaluations of the polish. */
  readonly count: number;
  /** G1(h) and G2(m), bytes. */
  readonly signal: Uint8Array;
  readonly distortion: Uint8Array;
  /** ‖h‖ and ‖m‖. */
  readonly norms: readonly [number, number];
  readonly objective: number;
  /** After line 3: the signs that it chose. */
  readonly signs?: readonly [number, number];
}

/** What a run found, images as numbers in [0, 1]. */
export interface Result {
  /** G1(h), and the observation divided by the light. */
  readonly signal: Float32Array;
  readonly refined: Float32Array;
  /** As the solver found it, and smoothed, as it was divided by. */
  readonly distortion: Float32Array;
  readonly light: Float32Array;
  /** How many times signal ⊙ light the picture is. */
  readonly exposure: number;
  readonly codes: Readonly<Record<Factor, Float32Array>>;
  readonly objective: number;
  readonly seconds: number;
  /** Seconds that the solver took for an iteration of Algorithm 1, the median. */
  readonly iteration: number;
}

/** Where Algorithm 1 goes in the landscape: h and m of the start and after each iteration. */
export type Path = readonly (readonly [h: number, m: number])[];

export interface Terrain {
  /** f / f(0, 0) at [m][h], both from −EXTENT to EXTENT. */
  readonly values: Float32Array;
  readonly side: number;
  /** |h m| along the bottom of the valley of each quadrant: (+,+), (−,+), (+,−), (−,−). */
  readonly valleys: readonly number[];
}

/** A picture at its full size: planes of bytes, one for each colour. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly planes: readonly Uint8Array[];
}

/** What the worker can be asked for, and what it answers. */
export interface Tasks {
  load: {
    give: {
      pair: PairName;
      generators: Record<Factor, ArrayBuffer>;
      denoiser?: ArrayBuffer;
      device: PageDevice;
    };
    get: Engine;
  };
  solve: {
    give: { observation: Float32Array; solver: SolverName; seed: number; slowly: boolean };
    get: Result;
  };
  /** The image of a code, by the page's own generators. */
  render: { give: { factor: Factor; code: Float32Array }; get: Uint8Array };
  /** Reads a picture, which the worker keeps, and gives the square of it that the solver sees. */
  read: {
    give: { file: Blob; width: number; height: number };
    get: { width: number; height: number; square: Float32Array };
  };
  /** Divides the light out of the picture that was read last: a PNG file. */
  divide: { give: { result: Result; solver: SolverName }; get: Blob };
  terrain: { give: { seed: number; device: PageDevice }; get: Terrain };
  path: {
    give: { seed: number; device: PageDevice; start: readonly [number, number]; signCheck: boolean };
    get: Path;
  };
}
export type TaskName = keyof Tasks;

/** What computes, and why. */
export interface Engine {
  readonly device: string;
  readonly reason: string;
  readonly threads: number;
}

export interface Progress {
  /** From 0 to 1. */
  readonly share: number;
  /** Seconds left; undefined until that can be told. */
  readonly left?: number | undefined;
}

export type Request = { [Name in TaskName]: { id: number; task: Name; give: Tasks[Name]['give'] } }[TaskName];
export type ToWorker = Request | { stop: number };

export type FromWorker = { readonly id: number } & (
  | { readonly answer: unknown }
  | { readonly error: string }
  | { readonly frame: Frame }
  | { readonly progress: Progress }
);
