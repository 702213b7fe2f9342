// Figure 1 of the paper: the objective over scalar codes, its four valleys, and the paths of Algorithm 1 through it.
import { inner } from '@blind-demod/arrays';
import { panelsPng, plotPanel, surfacePanel } from '@blind-demod/picture';
import * as Plot from '@observablehq/plot';
import { z } from 'zod';
import { type Descent, descend } from '../algorithm1.js';
import { type CodePair, spuriousScale } from '../expectation.js';
import { generate, randomNetwork } from '../networks.js';
import { type Problem, problemOf } from '../objective.js';
import { count, studySchema, widths } from '../settings.js';
import type { Study } from '../study.js';

const scalarWidths = widths.refine(list => list[0] === 1, { error: 'expected a latent dimension of 1' });
const coordinate = z.number().refine(value => value !== 0, { error: 'expected a number other than 0' });

const schema = studySchema('Figure 1: the landscape of the objective over scalar codes.', {
  signalWidths: scalarWidths.default([1, 60, 3000]).describe('Widths of G1, from its single input to ℓ.'),
  distortionWidths: scalarWidths.default([1, 60, 3000]).describe('Widths of G2, from its single input to ℓ.'),
  extent: z.number().gt(1).default(2.4).describe('The plane is shown for h and m in [−extent, extent].'),
  resolution: count.min(9).default(121).describe('Points of the grid each way.'),
  starts: z
    .array(z.tuple([coordinate, coordinate]))
    .min(1)
    .default([
      [-1.9, 0.7],
      [0.5, -2],
      [-0.45, -1.9],
      [-1.6, -1.3],
      [0.25, 0.9],
      [2, 1.7],
      [-0.7, 2],
      [1.8, -0.9],
    ])
    .describe('Starting points (h, m) of Algorithm 1.'),
  iterations: count.default(120).describe('Iterations of Algorithm 1 from each.'),
  stepSize: z
    .number()
    .gt(0)
    .default(0.1)
    .describe('Step size, where 1 is the inverse of the curvature at (h0, m0).'),
});
type Settings = z.output<typeof schema>;

/** The quadrants by the signs of (h, m); the true one first. */
const QUADRANTS = [
  { name: '(+, +)', signs: [1, 1], place: '(h0, m0)', color: '#d62728' },
  { name: '(−, +)', signs: [-1, 1], place: '(−ρ1 h0, m0)', color: '#ff7f0e' },
  { name: '(+, −)', signs: [1, -1], place: '(h0, −ρ2 m0)', color: '#ff7f0e' },
  { name: '(−, −)', signs: [-1, -1], place: '(−ρ1 h0, −ρ2 m0)', color: '#9467bd' },
] as const;

interface Valley {
  readonly quadrant: string;
  /** |h m| along the bottom of the valley, and what the theory expects in wide networks. */
  readonly product: number;
  readonly expectedProduct: number;
  /** f there, relative to f on the axes. */
  readonly depth: number;
  readonly expectedDepth: number;
}

export const landscape: Study<Settings> = {
  name: 'landscape',
  title: 'The landscape of the objective over scalar codes (figure 1)',
  schema,
  large: { signalWidths: [1, 200, 40_000], distortionWidths: [1, 200, 40_000], resolution: 241 },
  async run(settings, { device, progress }) {
    const { seed, extent, resolution } = settings;
    const problem = problemOf(
      randomNetwork({ widths: settings.signalWidths, lastLayer: 'gaussian', seed, name: 'signal' }),
      randomNetwork({ widths: settings.distortionWidths, lastLayer: 'gaussian', seed, name: 'distortion' }),
      { signalCode: Float64Array.of(1), distortionCode: Float64Array.of(1) },
    );
    const axis = Array.from({ length: resolution }, (_, i) => extent * ((2 * i) / (resolution - 1) - 1));
    const grid = objectiveOnGrid(problem, axis);
    const valleys = QUADRANTS.map(({ name, signs }) => valleyOf(problem, name, signs));
    progress(0.3, 'Algorithm 1');
    const starts = settings.starts.map(
      ([h, m]): CodePair => ({
        signalCode: Float64Array.of(h),
        distortionCode: Float64Array.of(m),
      }),
    );
    const run = (signCheck: boolean) =>
      descend(
        problem,
        starts,
        { iterations: settings.iterations, stepSize: settings.stepSize, signCheck, balance: true },
        { device },
      );
    const [checked, unchecked] = [await run(true), await run(false)];
    progress(0.6, 'pictures');
    const ends = { withSignCheck: endsOf(checked, valleys), withoutSignCheck: endsOf(unchecked, valleys) };
    return {
      result: { valleys, ends },
      pictures: {
        surface: await surfacePicture(grid, axis, valleys),
        landscape: await topPicture(grid, axis, valleys, { checked, unchecked }),
      },
      findings: [
        ...valleys.map(
          ({ quadrant, product, expectedProduct, depth, expectedDepth }) =>
            `valley in ${quadrant}: |h m| = ${product.toFixed(3)} (expected ${expectedProduct.toFixed(3)}), f = ${depth.toFixed(3)} of that on the axes (expected ${expectedDepth.toFixed(3)})`,
        ),
        `Algorithm 1: ${reachedText(checked, valleys)}; without the sign check: ${reachedText(unchecked, valleys)}`,
      ],
    };
  },
};

/** f(h, m) relative to f(0, 0) = ½‖y‖², [m][h]. */
function objectiveOnGrid(
  { signalNetwork, distortionNetwork, observation }: Problem,
  axis: readonly number[],
): number[][] {
  const signals = axis.map(h => generate(signalNetwork, Float64Array.of(h)));
  const distortions = axis.map(m => generate(distortionNetwork, Float64Array.of(m)));
  const level = inner(observation, observation);
  return distortions.map(x =>
    signals.map(w => {
      let sum = 0;
      for (let i = 0; i < w.length; i++) sum += (observation[i]! - w[i]! * x[i]!) ** 2;
      return sum / level;
    }),
  );
}

/**
 * Over a quadrant G1(h) ⊙ G2(m) = |h m| v with one vector v, so f is a parabola in |h m|, with its least value at
 * ⟨y, v⟩ / ‖v‖²: a hyperbola.
 */
function valleyOf(problem: Problem, quadrant: string, [h, m]: readonly [number, number]): Valley {
  const { signalNetwork, distortionNetwork, observation: y } = problem;
  const x = generate(distortionNetwork, Float64Array.of(m));
  const v = generate(signalNetwork, Float64Array.of(h)).map((w, i) => w * x[i]!);
  const expectedProduct =
    (h < 0 ? spuriousScale(signalNetwork.layers.length) : 1) *
    (m < 0 ? spuriousScale(distortionNetwork.layers.length) : 1);
  return {
    quadrant,
    product: inner(y, v) / inner(v, v),
    expectedProduct,
    depth: 1 - inner(y, v) ** 2 / (inner(v, v) * inner(y, y)),
    expectedDepth: 1 - expectedProduct ** 2,
  };
}

/** Where each path ends: the quadrant, and |h m| there over that of the quadrant's valley. */
function endsOf({ codes }: Descent, valleys: readonly Valley[]) {
  const last = codes.at(-1)!;
  return codes[0]!.map((start, index) => {
    const [h, m] = [last[index]!.signalCode[0]!, last[index]!.distortionCode[0]!];
    const quadrant = QUADRANTS.findIndex(
      ({ signs }) => signs[0] === Math.sign(h) && signs[1] === Math.sign(m),
    );
    const valley = valleys[quadrant]!;
    return {
      start: [start.signalCode[0]!, start.distortionCode[0]!],
      end: [h, m],
      valley: valley.quadrant,
      relativeProduct: Math.abs(h * m) / valley.product,
    };
  });
}

function reachedText(descent: Descent, valleys: readonly Valley[]): string {
  const ends = endsOf(descent, valleys);
  const reached = ends.filter(({ valley }) => valley === QUADRANTS[0].name).length;
  return `${reached} of ${ends.length} starts end in the true valley`;
}

// Pictures.

/** f over f on the axes: below 1 are the valleys, shallow ones too, above 1 the walls. */
const COLOR = {
  type: 'diverging-pow',
  exponent: 0.35,
  pivot: 1,
  symmetric: false,
  domain: [0, 3],
  clamp: true,
  scheme: 'BuRd',
} as const;
const PATH = '#0a7a2f';
const CUT = 1.4;
/** Close together around 1, where the shallow valleys are. */
const LEVELS = [
  0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.86, 0.9, 0.92, 0.94, 0.96, 0.98, 0.99, 0.995, 1, 1.01,
  1.05, 1.1, 1.2, 1.4, 1.7, 2, 2.5, 3,
];

/** The bottom of a valley as a curve inside the plane shown: its points (h, m). */
function hyperbola(
  { product }: Valley,
  [a, b]: readonly [number, number],
  extent: number,
): [number, number][] {
  const steps = 80;
  const low = Math.log(product / extent);
  const high = Math.log(extent);
  return Array.from({ length: steps + 1 }, (_, i) => {
    const h = Math.exp(low + (i / steps) * (high - low));
    return [a * h, (b * product) / h];
  });
}

async function surfacePicture(
  grid: number[][],
  axis: readonly number[],
  valleys: readonly Valley[],
): Promise<Uint8Array> {
  const extent = axis.at(-1)!;
  const color = Plot.scale({ color: COLOR } as Plot.ScaleOptions as never) as unknown as {
    apply(value: number): string;
  };
  const view = { x: axis, y: axis, z: grid, low: 0, high: CUT, color: color.apply, height: 0.75 };
  const curves = QUADRANTS.map(({ signs, color: stroke }, index) => ({
    stroke,
    points: hyperbola(valleys[index]!, signs, extent).map(([h, m]) => [h, m, valleys[index]!.depth] as const),
  }));
  const labels = { x: 'h', y: 'm', z: 'f(h, m) / f(0, 0)' };
  return panelsPng(
    [
      surfacePanel({ ...view, curves, labels, azimuth: -22, elevation: 36 }),
      surfacePanel({ ...view, curves, labels, azimuth: 222, elevation: 42 }),
    ],
    {
      width: 900,
      height: 370,
      title: 'The landscape for h0 = m0 = 1, along the true valley, and from the side of the spurious ones',
      caption: `Two-layer networks with one input each. The surface is cut off at f = ${CUT} f(0, 0). Red: the global minimisers hm = 1. Orange and purple: the bottoms of the three spurious valleys, all of them much shallower.`,
    },
  );
}

interface Segment {
  readonly path: number;
  readonly h: number;
  readonly m: number;
}

async function topPicture(
  grid: number[][],
  axis: readonly number[],
  valleys: readonly Valley[],
  { checked, unchecked }: { checked: Descent; unchecked: Descent },
): Promise<Uint8Array> {
  const extent = axis.at(-1)!;
  const values = grid.flat().map(value => Math.min(value, 2 * COLOR.domain[1]));
  const curves = QUADRANTS.flatMap(({ signs, name }, index) =>
    hyperbola(valleys[index]!, signs, extent).map(([h, m]) => ({ h, m, quadrant: name })),
  );
  const panel = (title: string, subtitle: string, { codes }: Descent) => {
    const steps: Segment[] = codes.flatMap(pairs =>
      pairs.map(({ signalCode, distortionCode }, path) => ({
        path,
        h: signalCode[0]!,
        m: distortionCode[0]!,
      })),
    );
    const count = codes[0]!.length;
    const [first, rest, starts, ends] = [
      steps.slice(0, 2 * count),
      steps.slice(count),
      steps.slice(0, count),
      steps.slice(-count),
    ];
    return plotPanel({
      title,
      subtitle,
      x: { domain: [-extent, extent], label: 'h', ticks: [-2, -1, 0, 1, 2] },
      y: { domain: [-extent, extent], label: 'm', ticks: [-2, -1, 0, 1, 2] },
      color: { ...COLOR, legend: true, label: 'f(h, m) / f(0, 0)' },
      marks: [
        Plot.contour(values, {
          width: axis.length,
          height: axis.length,
          x1: -extent,
          y1: -extent,
          x2: extent,
          y2: extent,
          fill: Plot.identity,
          thresholds: LEVELS,
          stroke: '#0003',
          strokeWidth: 0.4,
        } as Plot.ContourOptions),
        Plot.line(curves, {
          x: 'h',
          y: 'm',
          z: 'quadrant',
          stroke: '#222',
          strokeDasharray: '5,3',
          strokeWidth: 1.4,
        }),
        Plot.line(first, {
          x: 'h',
          y: 'm',
          z: 'path',
          stroke: PATH,
          strokeWidth: 1.2,
          strokeDasharray: '2,3',
        }),
        Plot.line(rest, { x: 'h', y: 'm', z: 'path', stroke: 'white', strokeWidth: 4 }),
        Plot.line(rest, { x: 'h', y: 'm', z: 'path', stroke: PATH, strokeWidth: 2.2 }),
        Plot.dot(starts, { x: 'h', y: 'm', r: 4, fill: 'white', stroke: PATH }),
        Plot.dot(ends, { x: 'h', y: 'm', r: 4.5, fill: PATH, stroke: 'white' }),
        Plot.frame(),
      ],
    });
  };
  return panelsPng(
    [
      panel('Algorithm 1', `with the sign check: ${reachedText(checked, valleys)}`, checked),
      panel('Algorithm 1 without line 3', `without it: ${reachedText(unchecked, valleys)}`, unchecked),
    ],
    {
      width: 900,
      height: 575,
      caption:
        'Blue: below the value on the axes; red: above. Dashed: the four hyperbolas, measured. Green: paths of Algorithm 1 from open to filled circles; dotted the first iteration, which chooses the signs and makes |h| = |m|, solid the rest.',
    },
  );
}
