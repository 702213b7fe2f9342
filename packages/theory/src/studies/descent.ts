// Theorem 1: away from four hyperbolas and the two axes f descends, the axes are local maximisers, and ρ tends to 1.

import {
  type ByFactor,
  byFactor,
  type Factor,
  inner,
  mean,
  median,
  minus,
  norm,
  type RandomStream,
  randomStream,
  scaled,
  times,
} from '@blind-demod/arrays';
import type { Device } from '@blind-demod/jit';
import { z } from 'zod';
import { randomUnit, randomUnitAtAngle } from '../numerics/directions.js';
import { balanced, type CodePair, moved } from '../paper/code-pair.js';
import { expectedSignalGradient, gradientUnit, spuriousScale } from '../paper/expectation.js';
import { expectedHyperbolas, type Hyperbola } from '../paper/hyperbolas.js';
import { activations, randomNetwork } from '../paper/networks.js';
import {
  depthsOf,
  gradientsAt,
  objectiveAt,
  objectiveOnAxes,
  type Problem,
  problemOf,
} from '../paper/objective.js';
import { checkDescent, type Descends, type Slope, slopeAt } from '../paper/slopes.js';
import { rowOf, type WeightMatrix } from '../paper/weight-matrix.js';
import { descend } from '../recovery/algorithm1.js';
import { count, numbersOfSteps, studySchema, widths } from '../settings.js';
import type { Study } from '../study.js';
import { descentPicture } from './pictures/descent.js';

const schema = studySchema(
  'Theorem 1: where the objective descends, where it does not, and where the valleys lie.',
  {
    signalWidths: widths.default([4, 80, 4000]).describe('Widths of G1.'),
    distortionWidths: widths.default([3, 60, 4000]).describe('Widths of G2.'),
    samples: count.default(300).describe('Points at which the slopes are measured.'),
    kinks: count
      .default(40)
      .describe('Points on a kink of a network at which one-sided slopes are measured.'),
    paths: count
      .default(24)
      .describe('Gradient descents, without sign check, that look for places without slope.'),
    pathIterations: count.default(150).describe('Iterations of each.'),
    stopMeasurements: z
      .array(count)
      .min(1)
      .default([100, 400, 1600])
      .describe(
        'Numbers ℓ of measurements; for each, gradient descents without sign check show where they stop.',
      ),
    stopPaths: count.default(96).describe('Gradient descents for each.'),
    stopIterations: count.default(400).describe('Iterations of each.'),
    directions: count.default(300).describe('Points of the axes, each left in a random direction.'),
    depths: z
      .array(z.int().min(2))
      .min(1)
      .default([2, 3, 4, 5, 6, 8, 10])
      .describe('Depths d at which ρ_d is measured.'),
    deepWidth: count
      .default(500)
      .describe('Width of the first layer of these networks; each next one is 15 % wider.'),
    draws: count.default(3).describe('Pairs of networks drawn, each cut off at every depth.'),
    codesPerDraw: count.default(8).describe('True codes h0, m0 tried with each pair.'),
  },
  settings =>
    Math.max(
      (settings.deepWidth * 1.15 ** Math.max(...settings.depths)) ** 2,
      settings.paths * Math.max(...settings.signalWidths, ...settings.distortionWidths),
      settings.stopPaths * Math.max(...settings.stopMeasurements, ...settings.signalWidths),
      numbersOfSteps(settings.paths, settings.pathIterations),
      numbersOfSteps(settings.stopPaths, settings.stopIterations),
    ),
);
type Settings = z.output<typeof schema>;

export const descent: Study<Settings> = {
  name: 'descent',
  title: 'Where the objective descends (Theorem 1)',
  schema,
  large: {
    signalWidths: [10, 300, 20_000],
    distortionWidths: [6, 200, 20_000],
    samples: 1000,
    kinks: 200,
    paths: 64,
    pathIterations: 400,
    stopMeasurements: [400, 1000, 4000, 16_000],
    stopPaths: 100,
    stopIterations: 1000,
    directions: 1000,
    depths: [2, 3, 4, 5, 6, 8, 10, 12, 14],
    deepWidth: 700,
    draws: 8,
  },
  async run(settings, { device, progress }) {
    const random = randomStream(settings.seed, 'descent');
    const problem = drawProblem(settings, random);
    const slopes = measureSlopes(problem, settings, done => progress(0.45 * done, 'slopes'));
    const kinks = measureKinks(problem, settings);
    progress(0.5, 'paths');
    const paths = await followPaths(problem, settings, device);
    progress(0.6, 'stops');
    const stops: Stops[] = [];
    for (const measurements of settings.stopMeasurements)
      stops.push(await findStops(measurements, settings, device));
    progress(0.8, 'axes');
    const axes = leaveAxes(problem, settings);
    progress(0.85, 'depths');
    const scales = measureScales(settings);
    const outside = [0.1, 0.2, 0.3, 0.4].map(epsilon => ({
      epsilon,
      leastSlope: Math.min(...[...slopes, ...paths].filter(p => p.distance > epsilon).map(p => p.slope)),
    }));
    return {
      result: {
        slopes,
        kinks,
        paths,
        outside,
        stops,
        axes: { points: settings.directions, falling: axes.falling, rising: axes.rising },
        scales,
      },
      pictures: { descent: await descentPicture(slopes, paths, axes.curves, scales) },
      findings: [
        `one-sided slope along −g1 and −g2 at ${slopes.length} points: negative at ${slopes.filter(p => p.descends).length}; formula and finite differences agree to ${largest(slopes, 'formulaError').toExponential(1)}`,
        `at ${kinks.length} points on kinks: negative at ${kinks.filter(p => p.descends).length}; formula and finite differences agree to ${largest(kinks, 'formulaError').toExponential(1)}`,
        `∂f/∂h differs from its expectation by ${median(slopes.map(p => p.deviation)).toFixed(2)} of its scale in the median, ${largest(slopes, 'deviation').toFixed(2)} at most`,
        ...outside.map(
          ({ epsilon, leastSlope }) =>
            `farther than ${epsilon} from all four hyperbolas the relative slope is at least ${leastSlope.toExponential(1)}`,
        ),
        ...stops.map(
          ({ measurements, paths, stopped, farthest }) =>
            `ℓ = ${measurements}: ${stopped} of ${paths} gradient descents without sign check stop away from the true hyperbola${stopped === 0 ? '' : `, up to ${farthest.toFixed(2)} from all four`}`,
        ),
        `from ${settings.directions} points of the axes, f falls in ${axes.falling} of as many directions that leave them, and rises in ${axes.rising}`,
        ...scales.map(
          ({ depth, expected, measured }) =>
            `ρ_${depth} = ${expected.toFixed(3)}; measured ${mean(measured).toFixed(3)} ± ${spread(measured).toFixed(3)}`,
        ),
        `ρ_100 = ${spuriousScale(100).toFixed(4)}, ρ_1000 = ${spuriousScale(1000).toFixed(6)}`,
      ],
    };
  },
};

/** Networks of these widths, which end in `measurements` if that is given, and codes of unit length to recover. */
function drawProblem(
  { seed, signalWidths, distortionWidths }: Settings,
  random: RandomStream,
  measurements?: number,
): Problem {
  const given = { signal: signalWidths, distortion: distortionWidths };
  const networks = byFactor(factor => {
    const widths = measurements === undefined ? given[factor] : [...given[factor].slice(0, -1), measurements];
    return randomNetwork({ widths, seed, name: factor });
  });
  return problemOf(
    networks,
    randomPoint({ signal: signalWidths[0]!, distortion: distortionWidths[0]! }, random),
  );
}

/** A pair of unit vectors. */
const randomPoint = (dimensions: ByFactor<number>, random: RandomStream): CodePair =>
  byFactor(factor => randomUnit(dimensions[factor], random));

const dimensionsOf = (pair: CodePair): ByFactor<number> => byFactor(factor => pair[factor].length);

interface SlopeSample extends Slope, Descends {
  /** How far ∂f/∂h is from its expectation, in units of the size that the two terms of it have. */
  readonly deviation: number;
}

/** Slopes at points everywhere: two thirds at all angles to the true codes, the others at all distances from a hyperbola. */
function measureSlopes(
  problem: Problem,
  { samples, seed }: Settings,
  tell: (done: number) => void,
): SlopeSample[] {
  const random = randomStream(seed, 'samples');
  const valleys = expectedHyperbolas(problem);
  const sizes = { ...depthsOf(problem), measurements: problem.observation.length };
  return Array.from({ length: samples }, (_, index) => {
    if (index % 20 === 0) tell(index / samples);
    const point = index % 3 === 0 ? pointNear(valleys[index % 4]!, random) : pointAnywhere(problem, random);
    const gradients = gradientsAt(problem, point);
    const expected = expectedSignalGradient(point, problem.truth, sizes);
    const size =
      (norm(point.distortion) ** 2 * norm(point.signal) + norm(point.distortion)) * gradientUnit(sizes);
    return {
      ...slopeAt(problem, point, gradients),
      ...checkDescent(problem, point, gradients),
      deviation: norm(minus(gradients.signal, expected)) / size,
    };
  });
}

function pointAnywhere({ truth }: Problem, random: RandomStream): CodePair {
  const size = Math.sqrt(Math.exp(-2 + 3 * random.uniform()));
  return byFactor(factor => scaled(atAnyAngle(truth[factor], random), size));
}

function pointNear({ point }: Hyperbola, random: RandomStream): CodePair {
  const distance = 10 ** (-3 * random.uniform());
  return moved(balanced(point), randomPoint(dimensionsOf(point), random), distance / Math.SQRT2);
}

/** A unit vector whose angle to `code` is uniform in [0, π]: random ones of high dimension are all near 90°. */
const atAnyAngle = (code: Float64Array, random: RandomStream): Float64Array =>
  randomUnitAtAngle(Math.PI * random.uniform(), code, random);

/** Slopes at kinks, where a row of W_1 is orthogonal to its code; the gradients are limits from a random side. */
function measureKinks(problem: Problem, { kinks, seed }: Settings): (Slope & Descends)[] {
  const random = randomStream(seed, 'kinks');
  return Array.from({ length: kinks }, () => {
    const point = byFactor(factor =>
      ontoKink(atAnyAngle(problem.truth[factor], random), problem.networks[factor].layers[0]!, random),
    );
    const gradients = gradientsAt(problem, point, randomPoint(dimensionsOf(point), random));
    return { ...slopeAt(problem, point, gradients), ...checkDescent(problem, point, gradients) };
  });
}

/** The code without its part along a row of the layer, which is drawn. */
function ontoKink(code: Float64Array, layer: WeightMatrix, random: RandomStream): Float64Array {
  if (layer.columns === 1) return code; // a scalar code has its one kink at zero, on the axes
  const row = rowOf(layer, random.integer(layer.rows));
  const along = inner(row, code) / inner(row, row);
  return code.map((entry, i) => entry - along * row[i]!);
}

/** Slopes along gradient descents without sign check: those find the places where there is next to none. */
async function followPaths(problem: Problem, settings: Settings, device: Device): Promise<Slope[]> {
  const random = randomStream(settings.seed, 'paths');
  const starts = Array.from({ length: settings.paths }, () =>
    randomPoint(dimensionsOf(problem.truth), random),
  );
  const { codes } = await descend(
    problem,
    starts,
    { iterations: settings.pathIterations, stepSize: 0.3, signCheck: false, balance: true },
    { device },
  );
  const every = Math.ceil(settings.pathIterations / 15);
  const shown = codes.filter((_, iteration) => iteration % every === 0);
  return shown.flat().map(point => slopeAt(problem, point));
}

/** Where gradient descents without sign check stop, with ℓ measurements. */
interface Stops {
  readonly measurements: number;
  readonly paths: number;
  /** How many come to rest (a relative slope below 0.001) where f is more than a thousandth of f(0, 0). */
  readonly stopped: number;
  /** The largest distance of those to the nearest of the four hyperbolas; 0 if there are none. */
  readonly farthest: number;
}

/** With few measurements gradient descent finds minima that the theorem excludes for many. */
async function findStops(measurements: number, settings: Settings, device: Device): Promise<Stops> {
  const { seed, stopPaths, stopIterations } = settings;
  const random = randomStream(seed, 'stops');
  const problem = drawProblem(settings, random, measurements);
  const starts = Array.from({ length: stopPaths }, () => randomPoint(dimensionsOf(problem.truth), random));
  const { codes } = await descend(
    problem,
    starts,
    { iterations: stopIterations, stepSize: 0.2, signCheck: false, balance: true },
    { device },
  );
  const distances = codes.at(-1)!.flatMap(point => {
    const { slope, distance } = slopeAt(problem, point);
    return slope < 1e-3 && objectiveAt(problem, point) > 1e-3 * objectiveOnAxes(problem) ? [distance] : [];
  });
  return { measurements, paths: stopPaths, stopped: distances.length, farthest: Math.max(0, ...distances) };
}

/** f over f(0, 0) at a step from an axis. */
export interface AxisCurve {
  readonly direction: number;
  readonly step: number;
  readonly value: number;
}

/** From points (h, 0), (0, m) and (0, 0) into random directions that leave the axes: does f fall? */
function leaveAxes(
  problem: Problem,
  { directions, seed }: Settings,
): { falling: number; rising: number; curves: AxisCurve[] } {
  const random = randomStream(seed, 'axes');
  const dimensions = dimensionsOf(problem.truth);
  const kinds = [['distortion'], ['signal'], ['signal', 'distortion']] as const;
  let [falling, rising] = [0, 0];
  const curves: AxisCurve[] = [];
  for (let index = 0; index < directions; index++) {
    const zero: readonly Factor[] = kinds[index % 3]!;
    const point = byFactor(factor =>
      zero.includes(factor) ? new Float64Array(dimensions[factor]) : randomUnit(dimensions[factor], random),
    );
    const direction = randomPoint(dimensions, random);
    const value = (step: number) =>
      objectiveAt(problem, moved(point, direction, step)) / objectiveOnAxes(problem);
    const near = value(1e-3);
    if (near < 1) falling++;
    if (near > 1) rising++;
    if (index < 16) {
      for (let step = -0.6; step <= 0.6001; step += 0.04)
        curves.push({ direction: index, step, value: value(step) });
    }
  }
  return { falling, rising, curves };
}

/** ρ_d: expected, and of each pair of networks and true codes. */
export interface ScaleAtDepth {
  readonly depth: number;
  readonly expected: number;
  readonly measured: readonly number[];
}

/** ρ_d by least squares: where f(−c h0, m0) is least in c, for networks cut off at each depth. */
function measureScales({ depths, deepWidth, draws, codesPerDraw, seed }: Settings): ScaleAtDepth[] {
  const deepest = Math.max(...depths);
  const deep = [4, ...Array.from({ length: deepest }, (_, i) => Math.round(deepWidth * 1.15 ** i))];
  const measurements = Array.from({ length: draws }, (_, draw) => {
    const networks = byFactor(factor =>
      randomNetwork({ widths: deep, lastLayer: 'gaussian', seed, name: `deep ${factor} ${draw}` }),
    );
    const random = randomStream(seed, 'deep', draw);
    return Array.from({ length: codesPerDraw }, () => {
      const h0 = randomUnit(4, random);
      const x = activations(networks.distortion, randomUnit(4, random));
      const w = activations(networks.signal, h0);
      const wBehind = activations(networks.signal, scaled(h0, -1));
      return depths.map(depth => {
        const y = times(w[depth - 1]!, x[depth - 1]!);
        const v = times(wBehind[depth - 1]!, x[depth - 1]!);
        return inner(y, v) / inner(v, v);
      });
    });
  }).flat();
  return depths.map((depth, index) => ({
    depth,
    expected: spuriousScale(depth),
    measured: measurements.map(measured => measured[index]!),
  }));
}

const largest = <Key extends string>(samples: readonly Record<Key, number>[], key: Key): number =>
  Math.max(...samples.map(sample => sample[key]));

const spread = (values: readonly number[]): number =>
  Math.sqrt(mean(values.map(value => (value - mean(values)) ** 2)));
