// How many measurements recovery takes: the generative prior beside a subspace and a sparsity prior, at the same
// number of unknowns.
import { byFactor, combine, mean, type RandomStream, randomStream, times } from '@blind-demod/arrays';
import type { Device } from '@blind-demod/jit';
import { percent } from '@blind-demod/picture';
import { z } from 'zod';
import type { Dictionary } from '../numerics/least-squares.js';
import { fitPowerLaw, type PowerLaw } from '../numerics/power-law.js';
import { type ImagePair, pairError } from '../recovery/errors.js';
import { randomImages, randomPriors, recoverFromRanges } from '../recovery/generative-prior.js';
import { recoverSparse } from '../recovery/sparsity-prior.js';
import { recoverInSubspaces } from '../recovery/subspace-prior.js';
import { count, largestLayer, studySchema } from '../settings.js';
import type { Study } from '../study.js';
import { phaseTransitionPicture } from './pictures/phase-transition.js';

const schema = studySchema(
  'Success of recovery by the number of unknowns and of measurements, for three priors.',
  {
    dimensions: z
      .array(z.int().min(2))
      .min(3)
      .default([3, 4, 6, 8, 12])
      .describe('n = p, the unknowns of each factor.'),
    measurements: z
      .array(count)
      .min(3)
      .default([6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256])
      .describe('Numbers ℓ of measurements, in ascending order.'),
    trials: count
      .default(10)
      .describe('Problems for each n, ℓ and prior, of one draw of networks, bases, dictionaries.'),
    tolerance: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.01)
      .describe('Recovered: the sine of the angle between each factor and its estimate is at most this.'),
    starts: count.default(3).describe('Starting points of each method; the one of least residual is kept.'),
    expansion: z
      .number()
      .min(1)
      .default(4)
      .describe('Width of the hidden layer of the networks, as a multiple of n.'),
    iterations: count.default(1000).describe('Iterations of Algorithm 1.'),
    stepSize: z.number().gt(0).default(0.25).describe('Its step size.'),
    alternations: count.default(100).describe('Iterations of the alternating methods, at most.'),
  },
  ({ dimensions, measurements, expansion, trials, starts }) => {
    const [most, width] = [Math.max(...measurements), expansion * Math.max(...dimensions)];
    return Math.max(largestLayer([width / expansion, width, most]), trials * starts * Math.max(width, most));
  },
);

export type PhaseTransitionSettings = z.output<typeof schema>;

const PRIORS = ['generative', 'subspace', 'sparsity'] as const;
export type Prior = (typeof PRIORS)[number];

/** The problems of one prior, n and ℓ. */
export interface Cell {
  readonly prior: Prior;
  /** n = p. */
  readonly dimension: number;
  readonly measurements: number;
  /** The fraction of trials in which both factors were recovered. */
  readonly success: number;
  /**
   * The fraction of the measurements w_i x_i that are not zero; rectifiers make many of them zero. Absent where nothing
   * was run, because fewer measurements than n + p − 1 determine nothing (the scale of one factor is free).
   */
  readonly nonZero?: number;
}

/** One problem of a cell, and how far from its truth the estimate is. */
interface Trial {
  readonly observation: Float64Array;
  readonly error: number;
}

/** What ℓ has to be for half of the problems to be solved. */
export interface Threshold {
  readonly prior: Prior;
  readonly dimension: number;
  readonly measurements: number;
}

interface Law extends PowerLaw {
  readonly prior: Prior;
}

export const phaseTransition: Study<PhaseTransitionSettings> = {
  name: 'phase-transition',
  title: 'Measurements needed: generative, subspace and sparsity priors',
  schema,
  large: {
    dimensions: [2, 3, 4, 6, 8, 12, 16, 24],
    measurements: [8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256, 362, 512],
    trials: 30,
    starts: 5,
    iterations: 2000,
    alternations: 200,
  },
  async run(settings, { device, progress }) {
    const cells: Cell[] = [];
    const { dimensions } = settings;
    for (const [row, dimension] of dimensions.entries()) {
      for (const [column, measurements] of settings.measurements.entries()) {
        const done = (row + column / settings.measurements.length) / dimensions.length;
        progress(done, `n = p = ${dimension}, ℓ = ${measurements}`);
        if (measurements < 2 * dimension - 1) {
          cells.push(...PRIORS.map(prior => ({ prior, dimension, measurements, success: 0 })));
          continue;
        }
        const trials = await runTrials(dimension, measurements, settings, device);
        cells.push(
          ...PRIORS.map(prior => cellOf(prior, dimension, measurements, trials[prior], settings.tolerance)),
        );
      }
    }
    const thresholds = PRIORS.flatMap(prior =>
      settings.dimensions.flatMap(dimension => {
        const measurements = halfway(
          cells.filter(cell => cell.prior === prior && cell.dimension === dimension),
        );
        return measurements === undefined ? [] : [{ prior, dimension, measurements }];
      }),
    );
    const laws = PRIORS.flatMap(prior => lawOf(prior, thresholds));
    return {
      result: { cells, thresholds, laws },
      pictures: { 'phase-transition': await phaseTransitionPicture(cells, thresholds, settings) },
      findings: [
        ...PRIORS.map(prior => describePrior(prior, thresholds, laws)),
        `of the generative prior's measurements ${percent(nonZeroOf(cells))} are not zero`,
      ],
    };
  },
};

/** The mean over the cells of the generative prior. */
function nonZeroOf(cells: readonly Cell[]): number {
  const own = cells.flatMap(({ prior, nonZero }) =>
    prior === 'generative' && nonZero !== undefined ? [nonZero] : [],
  );
  return mean(own);
}

function describePrior(prior: Prior, thresholds: readonly Threshold[], laws: readonly Law[]): string {
  const own = thresholds.filter(threshold => threshold.prior === prior);
  const law = laws.find(each => each.prior === prior);
  if (law === undefined) return `${prior}: too few crossings of one half on this grid`;
  const ratios = own.map(({ dimension, measurements }) => measurements / (2 * dimension));
  const [least, most] = [Math.min(...ratios).toFixed(1), Math.max(...ratios).toFixed(1)];
  return `${prior}: half of the problems are solved from ℓ = ${least} to ${most} times (n + p) on, growing as (n + p)^${law.exponent.toFixed(2)}`;
}

/** A line through the thresholds, if there are two or more. */
function lawOf(prior: Prior, thresholds: readonly Threshold[]): Law[] {
  const points = thresholds
    .filter(threshold => threshold.prior === prior)
    .map(({ dimension, measurements }) => ({ x: 2 * dimension, y: measurements }));
  return points.length < 2 ? [] : [{ prior, ...fitPowerLaw(points) }];
}

/** Where success crosses one half for good, interpolated in log ℓ; undefined if that is not on the grid. */
function halfway(cells: readonly Cell[]): number | undefined {
  const last = cells.findLastIndex(({ success }) => success < 0.5);
  const [below, above] = [cells[last], cells[last + 1]];
  if (below === undefined || above === undefined) return undefined;
  const fraction = (0.5 - below.success) / (above.success - below.success);
  return below.measurements * (above.measurements / below.measurements) ** fraction;
}

async function runTrials(
  dimension: number,
  measurements: number,
  settings: PhaseTransitionSettings,
  device: Device,
): Promise<Record<Prior, Trial[]>> {
  const random = (prior: Prior, name: string) =>
    randomStream(settings.seed, 'phase transition', prior, name, dimension, measurements);
  return {
    generative: await generativeTrials(dimension, measurements, settings, device),
    subspace: subspaceTrials(dimension, measurements, settings, name => random('subspace', name)),
    sparsity: sparsityTrials(dimension, measurements, settings, name => random('sparsity', name)),
  };
}

function cellOf(
  prior: Prior,
  dimension: number,
  measurements: number,
  trials: readonly Trial[],
  tolerance: number,
): Cell {
  const success = trials.filter(({ error }) => error <= tolerance).length / trials.length;
  const entries = trials.flatMap(({ observation }) => [...observation]);
  const nonZero = entries.filter(entry => entry !== 0).length / entries.length;
  return { prior, dimension, measurements, success, nonZero };
}

async function generativeTrials(
  dimension: number,
  measurements: number,
  { seed, trials, expansion, starts, iterations, stepSize }: PhaseTransitionSettings,
  device: Device,
): Promise<Trial[]> {
  const name = `phase transition ${measurements}`;
  const priors = randomPriors([dimension, Math.round(expansion * dimension), measurements], seed, name);
  const codes = (factor: string) => randomStream(seed, name, dimension, factor, 'codes');
  const signals = await randomImages(priors.signal, trials, codes('signal'), device);
  const distortions = await randomImages(priors.distortion, trials, codes('distortion'), device);
  const truths = signals.map((signal, trial): ImagePair => ({ signal, distortion: distortions[trial]! }));
  const observations = truths.map(({ signal, distortion }) => times(signal, distortion));
  const solver = { iterations, stepSize, restarts: starts };
  const found = await recoverFromRanges(priors, observations, { solver, seed, device });
  return found.map((estimate, trial) => ({
    observation: observations[trial]!,
    error: pairError(truths[trial]!, estimate),
  }));
}

/** w = B h, x = C m, with as many columns in B and C as unknowns. */
function subspaceTrials(
  dimension: number,
  measurements: number,
  { trials, starts, alternations }: PhaseTransitionSettings,
  random: (name: string) => RandomStream,
): Trial[] {
  const bases = byFactor(factor => gaussianColumns(measurements, dimension, random(factor)));
  const coefficients = random('coefficients');
  return Array.from({ length: trials }, () => {
    const truth = byFactor(factor => combine(bases[factor], coefficients.normals(dimension)));
    const observation = times(truth.signal, truth.distortion);
    const search = { starts, iterations: alternations };
    const estimate = recoverInSubspaces(observation, bases, search, coefficients);
    return { observation, error: pairError(truth, estimate) };
  });
}

/** The same, but which of ℓ known columns are used is unknown. */
function sparsityTrials(
  sparsity: number,
  measurements: number,
  { trials, starts, alternations }: PhaseTransitionSettings,
  random: (name: string) => RandomStream,
): Trial[] {
  const factors = byFactor(factor => {
    return { dictionary: gaussianColumns(measurements, measurements, random(factor)), sparsity };
  });
  const coefficients = random('coefficients');
  const draw = (dictionary: Dictionary) => {
    const chosen = [...coefficients.permutation(dictionary.length)].slice(0, sparsity);
    return combine(
      chosen.map(index => dictionary[index]!),
      coefficients.normals(sparsity),
    );
  };
  return Array.from({ length: trials }, () => {
    const truth = byFactor(factor => draw(factors[factor].dictionary));
    const observation = times(truth.signal, truth.distortion);
    const search = { starts, iterations: alternations };
    const estimate = recoverSparse(observation, factors, search);
    return { observation, error: pairError(truth, estimate) };
  });
}

/** Columns of independent N(0, 1/ℓ) entries. */
function gaussianColumns(measurements: number, columns: number, random: RandomStream): Dictionary {
  const deviation = 1 / Math.sqrt(measurements);
  return Array.from({ length: columns }, () =>
    Float64Array.from({ length: measurements }, () => deviation * random.normal()),
  );
}
