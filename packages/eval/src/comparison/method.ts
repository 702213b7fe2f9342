// What a comparison compares: ways to recover both factors of a product.
import type { Factor, Float32NdArray } from '@blind-demod/arrays';
import type { FactorImages } from '@blind-demod/distortion-data';

/** y of n pairs, [n, channels, size, size]. */
export interface Observed {
  readonly observation: Float32NdArray;
  /** Like it: 1 where a pixel was observed, 0 where it is missing (and y is 0). All were, when absent. */
  readonly observed?: Float32NdArray;
  /** Number of the first pair, on which what is drawn at random depends. */
  readonly first: number;
  /** The true distortions, for the one method that is told them: the ceiling. */
  readonly trueDistortion: Float32NdArray;
}

/** Like the observations, at any scale; a factor that a method does not estimate is absent. */
export type Estimates = Readonly<Partial<Record<Factor, Float32NdArray>>>;

/** What a method is called. */
export interface Named {
  /** On the command line and in files. */
  readonly name: string;
  /** In a table. */
  readonly title: string;
}

export interface Method extends Named {
  /** Everything that its estimates depend on beside the observation, for the key under which they are kept. */
  readonly settings: object;
  recover(problem: Observed): Promise<Estimates>;
}

/** A method that learns from training images alone, or from nothing. */
export type Baseline = (training: Readonly<Record<Factor, FactorImages['train']>>) => Method;

/** Told the fraction of a computation that is done, in [0, 1]. */
export type OnProgress = (fraction: number) => void;

/** What is computed and kept at once: a method, or a solve from which several methods read their estimates. */
export interface Procedure {
  /** Under which its scores are kept. */
  readonly name: string;
  /** Those of its methods that the comparison shows. */
  readonly methods: readonly Named[];
  /** Everything that the estimates depend on beside the observation, and of which methods there are any. */
  readonly settings: object;
  /** The estimates of each of its methods, by name; of those not shown, too. */
  recover(problem: Observed, onProgress: OnProgress): Promise<Readonly<Record<string, Estimates>>>;
}

/** A method by itself. */
export function alone(method: Method): Procedure {
  const { name, title, settings } = method;
  return {
    name,
    methods: [{ name, title }],
    settings,
    recover: async problem => ({ [name]: await method.recover(problem) }),
  };
}
