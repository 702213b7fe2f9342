// Theorem 1: away from four hyperbolas and the two axes f descends, the axes are local maximisers, and ρ tends to 1.

import { inner, norm, type RandomStream, randomStream } from '@blind-demod/arrays';
import { panelsPng, plotPanel } from '@blind-demod/picture';
import * as Plot from '@observablehq/plot';
import { z } from 'zod';
import { descend } from '../algorithm1.js';
import { type CodePair, expectedSignalGradient, spuriousScale } from '../expectation.js';
import { balanced, type Hyperbola, hyperbolas, nearest } from '../hyperbolas.js';
import { activations, type ReluNetwork, randomNetwork } from '../networks.js';
import { gradientsAt, objectiveAt, type Problem, problemOf } from '../objective.js';
import { count, studySchema, widths } from '../settings.js';
import type { Study, StudyContext } from '../study.js';

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
        'Numbers ℓ of measurements for which it is seen where gradient descents without sign check stop.',
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
  async run(settings, context) {
    const { seed, signalWidths, distortionWidths } = settings;
    const random = randomStream(seed, 'descent');
    const problem = problemOf(
      randomNetwork({ widths: signalWidths, seed, name: 'signal' }),
      randomNetwork({ widths: distortionWidths, seed, name: 'distortion' }),
      {
        signalCode: unitVector(signalWidths[0]!, random),
        distortionCode: unitVector(distortionWidths[0]!, random),
      },
    );
    const slopes = measureSlopes(problem, settings, context);
    const kinks = measureKinks(problem, settings);
    context.progress(0.5, 'paths');
    const paths = await followPaths(problem, settings, context);
    context.progress(0.6, 'stops');
    const stops: Stops[] = [];
    for (const measurements of settings.stopMeasurements)
      stops.push(await findStops(measurements, settings, context));
    context.progress(0.8, 'axes');
    const axes = leaveAxes(problem, settings);
    context.progress(0.85, 'depths');
    const scales = measureScales(settings);
    const outside = [0.1, 0.2, 0.3, 0.4].map(epsilon => ({
      epsilon,
      leastSlope: Math.min(...[...slopes, ...paths].filter(p => p.distance > epsilon).map(p => p.slope)),
    }));
    const worst = (values: readonly number[]) => Math.max(...values);
    return {
      result: {
        slopes,
        kinks,
        paths,
        outside,
        stops,
        axes: { points: axes.points, falling: axes.falling, rising: axes.rising },
        scales,
      },
      pictures: { descent: await picture(slopes, paths, axes, scales) },
      findings: [
        `one-sided slope along −g1 and −g2 at ${slopes.length} points: negative at ${slopes.filter(p => p.descends).length}; formula and finite differences agree to ${worst(slopes.map(p => p.formulaError)).toExponential(1)}`,
        `at ${kinks.length} points on kinks: negative at ${kinks.filter(p => p.descends).length}; formula and finite differences agree to ${worst(kinks.map(p => p.formulaError)).toExponential(1)}`,
        `∂f/∂h differs from its expectation by ${median(slopes.map(p => p.deviation)).toFixed(2)} of its scale in the median, ${worst(slopes.map(p => p.deviation)).toFixed(2)} at most`,
        ...outside.map(
          ({ epsilon, leastSlope }) =>
            `farther than ${epsilon} from all four hyperbolas the relative slope is at least ${leastSlope.toExponential(1)}`,
        ),
        ...stops.map(
          ({ measurements, paths, stopped, farthest }) =>
            `ℓ = ${measurements}: ${stopped} of ${paths} gradient descents without sign check stop away from the true hyperbola${stopped === 0 ? '' : `, up to ${farthest.toFixed(2)} from all four`}`,
        ),
        `from ${axes.points} points of the axes, f falls in ${axes.falling} of as many directions that leave them, and rises in ${axes.rising}`,
        ...scales.map(
          ({ depth, expected, measured }) =>
            `ρ_${depth} = ${expected.toFixed(3)}; measured ${mean(measured).toFixed(3)} ± ${deviation(measured).toFixed(3)}`,
        ),
        `ρ_100 = ${spuriousScale(100).toFixed(4)}, ρ_1000 = ${spuriousScale(1000).toFixed(6)}`,
      ],
    };
  },
};

interface SlopeSample {
  /** The larger of ‖g1‖‖h‖ and ‖g2‖‖m‖ over f(0, 0): the slope, free of scale. */
  readonly slope: number;
  readonly hyperbola: string;
  readonly distance: number;
}

/** Slopes at points everywhere: two thirds at every angle to the true codes, the others at every distance from a hyperbola. */
function measureSlopes(problem: Problem, { samples, seed }: Settings, { progress }: StudyContext) {
  const random = randomStream(seed, 'samples');
  const valleys = expectedHyperbolas(problem);
  const level = objectiveAt(problem, origin(problem));
  return Array.from({ length: samples }, (_, index) => {
    if (index % 20 === 0) progress((0.45 * index) / samples, 'slopes');
    const point = index % 3 === 0 ? pointNear(valleys[index % 4]!, random) : pointAnywhere(problem, random);
    const gradients = gradientsAt(problem, point);
    const depths = {
      signal: problem.signalNetwork.layers.length,
      distortion: problem.distortionNetwork.layers.length,
      measurements: problem.observation.length,
    };
    const expected = expectedSignalGradient(point, problem.truth, depths);
    // What the two terms of the gradient are each as large as.
    const scale =
      (norm(point.distortionCode) ** 2 * norm(point.signalCode) + norm(point.distortionCode)) /
      (depths.measurements * 2 ** (depths.signal + depths.distortion));
    return {
      ...describeSlope(problem, point, gradients, level),
      ...checkFormula(problem, point, gradients),
      deviation: norm(gradients.signal.map((v, i) => v - expected[i]!)) / scale,
    };
  });
}

function pointAnywhere({ truth }: Problem, random: RandomStream): CodePair {
  const size = Math.sqrt(Math.exp(-2 + 3 * random.uniform()));
  return {
    signalCode: atAngle(truth.signalCode, random).map(v => v * size),
    distortionCode: atAngle(truth.distortionCode, random).map(v => v * size),
  };
}

function pointNear({ point }: Hyperbola, random: RandomStream): CodePair {
  const distance = 10 ** (-3 * random.uniform());
  const direction = {
    signalCode: unitVector(point.signalCode.length, random),
    distortionCode: unitVector(point.distortionCode.length, random),
  };
  return moved(balanced(point), direction, distance / Math.SQRT2);
}

/** The same where a row of W_1 is orthogonal to its code; the limit is taken from a random side. */
function measureKinks(problem: Problem, { kinks, seed }: Settings) {
  const random = randomStream(seed, 'kinks');
  const level = objectiveAt(problem, origin(problem));
  const onKink = (
    code: Float64Array,
    { rows, columns, data }: Problem['signalNetwork']['layers'][number],
  ) => {
    if (columns === 1) return code; // a scalar code has its one kink at zero, on the axes
    const first = random.integer(rows) * columns;
    const row = data.subarray(first, first + columns);
    return code.map((v, i) => v - (inner(row, code) / inner(row, row)) * row[i]!);
  };
  return Array.from({ length: kinks }, () => {
    const point = {
      signalCode: onKink(atAngle(problem.truth.signalCode, random), problem.signalNetwork.layers[0]!),
      distortionCode: onKink(
        atAngle(problem.truth.distortionCode, random),
        problem.distortionNetwork.layers[0]!,
      ),
    };
    const side = {
      signalCode: unitVector(point.signalCode.length, random),
      distortionCode: unitVector(point.distortionCode.length, random),
    };
    const gradients = gradientsAt(problem, point, side);
    return { ...describeSlope(problem, point, gradients, level), ...checkFormula(problem, point, gradients) };
  });
}

type Gradients = ReturnType<typeof gradientsAt>;

function describeSlope(problem: Problem, point: CodePair, gradients: Gradients, level: number): SlopeSample {
  const { name, distance } = nearest(expectedHyperbolas(problem), point, problem.truth);
  const slope =
    Math.max(
      norm(gradients.signal) * norm(point.signalCode),
      norm(gradients.distortion) * norm(point.distortionCode),
    ) / level;
  return { slope, hyperbola: name, distance };
}

/**
 * Along −g1 and along −g2: the one-sided derivative by the formula, −⟨limit of the gradient from that side, g⟩, against
 * (f(point − t g) − f(point)) / t.
 */
function checkFormula(problem: Problem, point: CodePair, { signal, distortion }: Gradients) {
  const zero = origin(problem);
  const along = [
    { signalCode: signal.map(v => -v), distortionCode: zero.distortionCode },
    { signalCode: zero.signalCode, distortionCode: distortion.map(v => -v) },
  ];
  const base = objectiveAt(problem, point);
  const results = along.map(direction => {
    const limit = gradientsAt(problem, point, direction);
    const formula =
      inner(limit.signal, direction.signalCode) + inner(limit.distortion, direction.distortionCode);
    const length = Math.hypot(norm(direction.signalCode), norm(direction.distortionCode));
    const t = 1e-6 / length;
    const difference = (objectiveAt(problem, moved(point, direction, t)) - base) / t;
    return {
      formula,
      error: Math.abs(formula - difference) / Math.abs(formula),
      falls: formula < 0 && difference < 0,
    };
  });
  // Theorem 1 promises one of the two; where that one is steep, its formula is well measured.
  const steeper = results.reduce((best, one) => (one.formula < best.formula ? one : best));
  return { descends: results.some(({ falls }) => falls), formulaError: steeper.error };
}

/** Slopes along gradient descents without sign check: those find the places where there is next to none. */
async function followPaths(
  problem: Problem,
  settings: Settings,
  { device }: StudyContext,
): Promise<SlopeSample[]> {
  const random = randomStream(settings.seed, 'paths');
  const level = objectiveAt(problem, origin(problem));
  const starts = Array.from({ length: settings.paths }, () => ({
    signalCode: unitVector(problem.truth.signalCode.length, random),
    distortionCode: unitVector(problem.truth.distortionCode.length, random),
  }));
  const { codes } = await descend(
    problem,
    starts,
    { iterations: settings.pathIterations, stepSize: 0.3, signCheck: false, balance: true },
    { device },
  );
  const every = Math.ceil(settings.pathIterations / 15);
  return codes
    .filter((_, iteration) => iteration % every === 0)
    .flatMap(points =>
      points.map(point => describeSlope(problem, point, gradientsAt(problem, point), level)),
    );
}

interface Stops {
  readonly measurements: number;
  readonly paths: number;
  /** How many come to rest (a relative slope below 0.001) where f is more than a thousandth of f(0, 0). */
  readonly stopped: number;
  /** The largest distance of those to the nearest of the four hyperbolas; 0 if there are none. */
  readonly farthest: number;
}

/** With few measurements gradient descent finds minima that the theorem excludes for many. */
async function findStops(measurements: number, settings: Settings, { device }: StudyContext): Promise<Stops> {
  const { seed, stopPaths, stopIterations } = settings;
  const random = randomStream(seed, 'stops');
  const ending = (widths: readonly number[]) => [...widths.slice(0, -1), measurements];
  const problem = problemOf(
    randomNetwork({ widths: ending(settings.signalWidths), seed, name: 'signal' }),
    randomNetwork({ widths: ending(settings.distortionWidths), seed, name: 'distortion' }),
    {
      signalCode: unitVector(settings.signalWidths[0]!, random),
      distortionCode: unitVector(settings.distortionWidths[0]!, random),
    },
  );
  const level = objectiveAt(problem, origin(problem));
  const starts = Array.from({ length: stopPaths }, () => ({
    signalCode: unitVector(problem.truth.signalCode.length, random),
    distortionCode: unitVector(problem.truth.distortionCode.length, random),
  }));
  const { codes } = await descend(
    problem,
    starts,
    { iterations: stopIterations, stepSize: 0.2, signCheck: false, balance: true },
    { device },
  );
  const distances = codes.at(-1)!.flatMap(point => {
    const { slope, distance } = describeSlope(problem, point, gradientsAt(problem, point), level);
    return slope < 1e-3 && objectiveAt(problem, point) > 1e-3 * level ? [distance] : [];
  });
  return { measurements, paths: stopPaths, stopped: distances.length, farthest: Math.max(0, ...distances) };
}

/** From points (h, 0), (0, m) and (0, 0) into random directions that leave the axes: does f fall? */
function leaveAxes(problem: Problem, { directions, seed }: Settings) {
  const random = randomStream(seed, 'axes');
  const level = objectiveAt(problem, origin(problem));
  const [n, p] = [problem.truth.signalCode.length, problem.truth.distortionCode.length];
  let [falling, rising] = [0, 0];
  const curves: { direction: number; step: number; value: number }[] = [];
  for (let index = 0; index < directions; index++) {
    const kind = index % 3;
    const point = {
      signalCode: kind === 1 ? new Float64Array(n) : unitVector(n, random),
      distortionCode: kind === 0 ? new Float64Array(p) : unitVector(p, random),
    };
    if (kind === 2) point.signalCode.fill(0);
    const direction = { signalCode: unitVector(n, random), distortionCode: unitVector(p, random) };
    const value = (step: number) => objectiveAt(problem, moved(point, direction, step)) / level;
    const near = value(1e-3);
    if (near < 1) falling++;
    if (near > 1) rising++;
    if (index < 16) {
      for (let step = -0.6; step <= 0.6001; step += 0.04)
        curves.push({ direction: index, step, value: value(step) });
    }
  }
  return { points: directions, falling, rising, curves };
}

/** ρ_d by least squares: where f(−c h0, m0) is least in c, for networks cut off at each depth. */
function measureScales({ depths, deepWidth, draws, codesPerDraw, seed }: Settings) {
  const deepest = Math.max(...depths);
  const deep = [4, ...Array.from({ length: deepest }, (_, i) => Math.round(deepWidth * 1.15 ** i))];
  const measurements = Array.from({ length: draws }, (_, draw) => {
    const [signal, distortion] = ['deep signal', 'deep distortion'].map(name =>
      randomNetwork({ widths: deep, lastLayer: 'gaussian', seed, name: `${name} ${draw}` }),
    ) as [ReluNetwork, ReluNetwork];
    const random = randomStream(seed, 'deep', draw);
    return Array.from({ length: codesPerDraw }, () => {
      const h0 = unitVector(4, random);
      const x = activations(distortion, unitVector(4, random));
      const [w, wBehind] = [
        activations(signal, h0),
        activations(
          signal,
          h0.map(value => -value),
        ),
      ];
      return depths.map(depth => {
        const [y, v] = [w, wBehind].map(outputs =>
          outputs[depth - 1]!.map((value, i) => value * x[depth - 1]![i]!),
        ) as [Float64Array, Float64Array];
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

function expectedHyperbolas({ truth, signalNetwork, distortionNetwork }: Problem) {
  return hyperbolas(truth, [
    spuriousScale(signalNetwork.layers.length),
    spuriousScale(distortionNetwork.layers.length),
  ]);
}

function origin({ truth }: Problem): CodePair {
  return {
    signalCode: new Float64Array(truth.signalCode.length),
    distortionCode: new Float64Array(truth.distortionCode.length),
  };
}

const moved = (point: CodePair, direction: CodePair, t: number): CodePair => ({
  signalCode: point.signalCode.map((v, i) => v + t * direction.signalCode[i]!),
  distortionCode: point.distortionCode.map((v, i) => v + t * direction.distortionCode[i]!),
});

function unitVector(dimension: number, random: RandomStream): Float64Array {
  const vector = Float64Array.from({ length: dimension }, random.normal);
  return vector.map(value => value / norm(vector));
}

/** A unit vector whose angle to `code` is uniform in [0, π]: random ones of high dimension are all near 90°. */
function atAngle(code: Float64Array, random: RandomStream): Float64Array {
  const theta = Math.PI * random.uniform();
  const unit = code.map(value => value / norm(code));
  const other = unitVector(code.length, random);
  const across = other.map((v, i) => v - inner(other, unit) * unit[i]!);
  const length = norm(across) || 1; // a scalar code has no across
  return unit.map((v, i) => Math.cos(theta) * v + (Math.sin(theta) * across[i]!) / length);
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]): number =>
  Math.sqrt(mean(values.map(value => (value - mean(values)) ** 2)));

function picture(
  slopes: readonly SlopeSample[],
  paths: readonly SlopeSample[],
  { curves }: ReturnType<typeof leaveAxes>,
  scales: ReturnType<typeof measureScales>,
): Promise<Uint8Array> {
  const curve = Array.from({ length: 19 }, (_, i) => ({ depth: i + 2, rho: spuriousScale(i + 2) }));
  const measured = scales.flatMap(({ depth, measured }) => measured.map(rho => ({ depth, rho })));
  return panelsPng(
    [
      plotPanel({
        title: 'Slope by distance to the hyperbolas',
        subtitle: 'circles: points everywhere; dots: along gradient descents',
        x: {
          label: 'distance to the nearest hyperbola',
          type: 'log',
          domain: [1e-3, 3],
          clamp: true,
          grid: true,
          tickFormat: '.0e',
          ticks: [1e-3, 1e-2, 1e-1, 1],
        },
        y: { label: 'relative slope', type: 'log', grid: true, tickFormat: '.0e', ticks: 5 },
        color: {
          legend: true,
          domain: ['(h0, m0)', '(−ρ1 h0, m0)', '(h0, −ρ2 m0)', '(−ρ1 h0, −ρ2 m0)'],
          range: ['#d62728', '#ff7f0e', '#bc8f00', '#9467bd'],
        },
        marks: [
          Plot.dot(paths, { x: 'distance', y: 'slope', fill: 'hyperbola', r: 1.8 }),
          Plot.dot(slopes, { x: 'distance', y: 'slope', stroke: 'hyperbola', r: 3 }),
        ],
      }),
      plotPanel({
        title: 'Leaving the axes',
        subtitle: 'f along lines through points (h, 0), (0, m) and (0, 0)',
        x: { label: 'step' },
        y: { label: 'f / f(0, 0)', grid: true },
        marks: [
          Plot.ruleY([1], { stroke: '#999' }),
          Plot.line(curves, { x: 'step', y: 'value', z: 'direction', stroke: '#4269d0', strokeWidth: 1 }),
          Plot.dot([[0, 1]], { r: 4, fill: 'black' }),
        ],
      }),
      plotPanel({
        title: 'ρ by depth',
        subtitle: 'circles: measured; line: the recursion',
        x: { label: 'depth d' },
        y: { label: 'ρ', domain: [0, 1.2], grid: true },
        marks: [
          Plot.line(curve, { x: 'depth', y: 'rho', stroke: '#999' }),
          Plot.dot(measured, { x: 'depth', y: 'rho', stroke: '#4269d0', r: 2.5, strokeWidth: 1 }),
        ],
      }),
    ],
    {
      width: 1080,
      height: 450,
      caption:
        'Left: on the true hyperbola the slope vanishes; on the expected places of the spurious ones networks of this size have a small slope left. Distances below 0.001 are drawn at 0.001. Right: each circle is another pair of networks or of true codes.',
    },
  );
}
