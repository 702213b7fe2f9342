// Figure 1 of the paper: the objective over scalar codes, its four valleys, and the paths of Algorithm 1 through it.
import { byFactor, inner, times } from '@blind-demod/arrays';
import { z } from 'zod';
import type { CodePair } from '../paper/code-pair.js';
import { spuriousScale } from '../paper/expectation.js';
import { generate, randomNetwork } from '../paper/networks.js';
import { depthsOf, type Problem, problemOf } from '../paper/objective.js';
import { QUADRANTS, type Quadrant, quadrantOf } from '../paper/quadrants.js';
import { type Descent, descend } from '../recovery/algorithm1.js';
import { count, numbersOfSteps, studySchema, widths } from '../settings.js';
import type { Study } from '../study.js';
import { surfacePicture, topPicture } from './pictures/landscape.js';

const scalarWidths = widths.refine(list => list[0] === 1, { error: 'expected a latent dimension of 1' });
const coordinate = z.number().refine(value => value !== 0, { error: 'expected a number other than 0' });

const schema = studySchema(
  'Figure 1: the landscape of the objective over scalar codes.',
  {
    signalWidths: scalarWidths.default([1, 60, 3000]).describe('Widths of G1, from its single input to ℓ.'),
    distortionWidths: scalarWidths
      .default([1, 60, 3000])
      .describe('Widths of G2, from its single input to ℓ.'),
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
  },
  ({ resolution, starts, iterations }) =>
    Math.max(resolution ** 2, numbersOfSteps(starts.length, iterations)),
);
type Settings = z.output<typeof schema>;

/** The valley of f over one quadrant. */
export interface Valley {
  readonly quadrant: Quadrant['name'];
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
    const { seed, extent, resolution, iterations, stepSize } = settings;
    const widthsOf = { signal: settings.signalWidths, distortion: settings.distortionWidths };
    const problem = problemOf(
      byFactor(name => randomNetwork({ widths: widthsOf[name], lastLayer: 'gaussian', seed, name })),
      byFactor(() => Float64Array.of(1)),
    );
    const axis = Array.from({ length: resolution }, (_, i) => extent * ((2 * i) / (resolution - 1) - 1));
    const grid = objectiveOnGrid(problem, axis);
    const valleys = QUADRANTS.map(quadrant => valleyOf(problem, quadrant));
    progress(0.3, 'Algorithm 1');
    const starts = settings.starts.map(
      ([h, m]): CodePair => ({
        signal: Float64Array.of(h),
        distortion: Float64Array.of(m),
      }),
    );
    const run = (signCheck: boolean) =>
      descend(problem, starts, { iterations, stepSize, signCheck, balance: true }, { device });
    const [checked, unchecked] = [await run(true), await run(false)];
    progress(0.6, 'pictures');
    const ends = {
      withSignCheck: endsOf(checked, problem, valleys),
      withoutSignCheck: endsOf(unchecked, problem, valleys),
    };
    const reached = {
      checked: reachedText(ends.withSignCheck),
      unchecked: reachedText(ends.withoutSignCheck),
    };
    return {
      result: { valleys, ends },
      pictures: {
        surface: await surfacePicture(grid, axis, valleys),
        landscape: await topPicture(grid, axis, valleys, [
          { title: 'Algorithm 1', subtitle: `with the sign check: ${reached.checked}`, descent: checked },
          {
            title: 'Algorithm 1 without line 3',
            subtitle: `without it: ${reached.unchecked}`,
            descent: unchecked,
          },
        ]),
      },
      findings: [
        ...valleys.map(
          ({ quadrant, product, expectedProduct, depth, expectedDepth }) =>
            `valley in ${quadrant}: |h m| = ${product.toFixed(3)} (expected ${expectedProduct.toFixed(3)}), f = ${depth.toFixed(3)} of that on the axes (expected ${expectedDepth.toFixed(3)})`,
        ),
        `Algorithm 1: ${reached.checked}; without the sign check: ${reached.unchecked}`,
      ],
    };
  },
};

/** f(h, m) relative to f(0, 0) = ½‖y‖², [m][h]. */
function objectiveOnGrid({ networks, observation }: Problem, axis: readonly number[]): number[][] {
  const signals = axis.map(h => generate(networks.signal, Float64Array.of(h)));
  const distortions = axis.map(m => generate(networks.distortion, Float64Array.of(m)));
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
function valleyOf(problem: Problem, { name, signs: [h, m] }: Quadrant): Valley {
  const { networks, observation: y } = problem;
  const w = generate(networks.signal, Float64Array.of(h));
  const v = times(w, generate(networks.distortion, Float64Array.of(m)));
  const depths = depthsOf(problem);
  const expectedProduct =
    (h < 0 ? spuriousScale(depths.signal) : 1) * (m < 0 ? spuriousScale(depths.distortion) : 1);
  return {
    quadrant: name,
    product: inner(y, v) / inner(v, v),
    expectedProduct,
    depth: 1 - inner(y, v) ** 2 / (inner(v, v) * inner(y, y)),
    expectedDepth: 1 - expectedProduct ** 2,
  };
}

interface End {
  /** (h, m) */
  readonly start: readonly number[];
  readonly end: readonly number[];
  /** The quadrant of the end, and |h m| there over that of the quadrant's valley. */
  readonly valley: Quadrant['name'];
  readonly relativeProduct: number;
}

/** Where each path ends. */
function endsOf({ codes }: Descent, { truth }: Problem, valleys: readonly Valley[]): End[] {
  const last = codes.at(-1)!;
  return codes[0]!.map((start, index) => {
    const { name } = quadrantOf(last[index]!, truth);
    const [h, m] = numbersOf(last[index]!);
    const { product } = valleys.find(({ quadrant }) => quadrant === name)!;
    return { start: numbersOf(start), end: [h, m], valley: name, relativeProduct: Math.abs(h * m) / product };
  });
}

const numbersOf = ({ signal, distortion }: CodePair): [h: number, m: number] => [signal[0]!, distortion[0]!];

function reachedText(ends: readonly End[]): string {
  const reached = ends.filter(({ valley }) => valley === QUADRANTS[0].name).length;
  return `${reached} of ${ends.length} starts end in the true valley`;
}
