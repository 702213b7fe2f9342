// What a method is: a way to recover both factors of a product.
import type { ByFactor, Float32NdArray } from '@blind-demod/arrays';
import type { AnyGenerator, Generators } from '@blind-demod/dcgan';
import type { TrainedDenoiser } from '@blind-demod/dcgan/node';
import type { Levels } from '@blind-demod/demod-core';
import type { ImageSet } from '@blind-demod/distortion-data';
import type { Experiment } from '@blind-demod/experiment';
import type { Device } from '@blind-demod/jit';

/** y of n pairs, [n, channels, size, size]. */
export interface Observed {
  readonly observation: Float32NdArray;
  /** Like it: 1 where a pixel was observed, 0 where it is missing (and y is 0). All were, when absent. */
  readonly observed?: Float32NdArray;
  /** How many pairs, one after the other, are known to have one distortion; 1 when absent. */
  readonly group?: number;
  /** Number of the first pair, on which what is drawn at random depends. */
  readonly first: number;
  /** The true distortions, for the one method that is told them: the ceiling. */
  readonly trueDistortion: Float32NdArray;
}

/** Like the observations, at any scale; a factor that a method does not estimate is absent. */
export interface Estimates extends Partial<ByFactor<Float32NdArray>> {
  /** The standard deviation of each pixel of an estimate, at its scale. */
  readonly deviations?: Partial<ByFactor<Float32NdArray>>;
  /** [n], in [0, 1]: the probability that the signal is good, by the method itself. */
  readonly confidence?: Float32Array;
}
export type EstimatesByMethod = Readonly<Record<string, Estimates>>;

/** What a method is called. */
export interface Named {
  /** On the command line and in files. */
  readonly name: string;
  /** In a table. */
  readonly title: string;
}

/** A method that takes no search, or keeps nothing of it. */
export interface Method extends Named {
  /** Everything that its estimates depend on beside the observation, for the key under which their scores are kept. */
  readonly settings: object;
  recover(problem: Observed): Promise<Estimates>;
}

/** A method that learns from training images alone, or from nothing. */
export type Baseline = (training: ByFactor<ImageSet>) => Method;

/** What there is to make methods of. */
export interface Means {
  readonly experiment: Pick<Experiment, 'seed' | 'solver'>;
  readonly training: ByFactor<ImageSet>;
  readonly generators: Generators;
  /** Those of the paper's solver, where they are others. */
  readonly paperGenerators?: ByFactor<AnyGenerator> | undefined;
  /** Of the generators; none when absent. */
  readonly denoiser?: TrainedDenoiser | undefined;
  /** The one that computes, under which recoveries are kept. */
  readonly device: Exclude<Device, 'auto'>;
}

/** What is computed at once: a method, or a search from which several methods read their estimates. */
export type Procedure = Direct | Search;
export type ProcedureOf = (means: Means) => Procedure;

interface Computed {
  /** Under which its scores are kept. */
  readonly name: string;
  /** Those of its methods that are shown. */
  readonly methods: readonly Named[];
  /** Everything that the estimates depend on beside the observation, and of which methods there are any; not the device. */
  readonly settings: object;
}

export interface Direct extends Computed {
  /** The estimates of each of its methods, by name; of those not shown, too. */
  estimate(problem: Observed): Promise<EstimatesByMethod>;
}

export interface Search extends Computed {
  /** Everything that a recovery depends on beside the observation, the device too; not the refinement, which comes after. */
  readonly searchSettings: object;
  /** @throws DivergedError */
  search(problem: Observed, onProgress: OnProgress): Promise<Recovery>;
  /** As `estimate`, of what the search found. */
  read(problem: Observed, recovery: Recovery): Promise<EstimatesByMethod>;
}

/** Told the fraction of a search that is done, in [0, 1], and the median of the objectives. */
export type OnProgress = (fraction: number, objective: number) => void;

/**
 * What a search found for n pairs: both factors, before the refinement, are [n, channels, size, size]; exposures and black
 * levels are [n].
 */
export interface Recovery extends ByFactor<Float32NdArray>, Levels<Float32NdArray> {
  /** [n], where the start that was kept ended. */
  readonly objective: Float32NdArray;
  /** [n, restarts], where every start ended. */
  readonly restartObjectives: Float32NdArray;
  /** [n, iterations], before each iteration of the start that was kept. */
  readonly trace: Float32NdArray;
  /** [n, latent dimension], where the method tells its doubt. */
  readonly signalCode?: Float32NdArray;
  /** The standard deviation of each pixel of the distortion, where the method tells its doubt. */
  readonly distortionDeviation?: Float32NdArray;
}

/** A method by itself. */
export function alone({ name, title, settings, recover }: Method): Direct {
  return {
    name,
    methods: [{ name, title }],
    settings,
    estimate: async problem => ({ [name]: await recover(problem) }),
  };
}
