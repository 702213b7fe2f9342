// What a comparison compares: ways to recover both factors of a product.
import type { FactorImages } from '@blind-demod/distortion-data';
import type { Factor, Float32NdArray } from '@blind-demod/experiment';

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

export interface Method {
  /** What it is called on the command line. */
  readonly name: string;
  /** What it is called in a table. */
  readonly title: string;
  /** Everything that its estimates depend on beside the observation, for the key under which they are kept. */
  readonly settings: object;
  recover(problem: Observed): Promise<Estimates>;
}

/** A method that learns from training images alone, or from nothing. */
export type Baseline = (training: Readonly<Record<Factor, FactorImages['train']>>) => Method;
