// Algorithm 1 with and without its sign check and its balancing: where it ends, by where it starts, and how fast.

import { inner, norm, type RandomStream, randomStream } from '@blind-demod/arrays';
import { panelsPng, plotPanel } from '@blind-demod/picture';
import * as Plot from '@observablehq/plot';
import { z } from 'zod';
import { descend } from '../algorithm1.js';
import { type CodePair, spuriousScale } from '../expectation.js';
import { hyperbolas, nearest } from '../hyperbolas.js';
import { randomNetwork } from '../networks.js';
import { type Problem, problemOf } from '../objective.js';
import { count, studySchema } from '../settings.js';
import type { Study } from '../study.js';

const schema = studySchema('Algorithm 1 with and without its sign check and its balancing.', {
  latentDimensions: z
    .array(count)
    .min(1)
    .default([1, 2, 5])
    .describe('Numbers n = p of entries of each code.'),
  hiddenWidth: count.default(60).describe('Width of the one hidden layer of each network.'),
  measurements: count.default(1000).describe('ℓ, the number of measurements.'),
  starts: count.default(48).describe('Random starting points for each case.'),
  imbalances: z
    .array(z.number().min(1))
    .min(1)
    .default([1, 4, 16])
    .describe(
      'Ratios ‖h‖ / ‖m‖ of the starting points; ‖h‖ ‖m‖ is between a third and three times ‖h0‖ ‖m0‖.',
    ),
  iterations: count.default(300).describe('Iterations from each start.'),
  stepSize: z
    .number()
    .gt(0)
    .default(0.3)
    .describe('Step size, where 1 is about the inverse of the curvature at (h0, m0).'),
  near: z
    .number()
    .gt(0)
    .default(0.05)
    .describe('Distance to the true hyperbola at which a start counts as successful.'),
});
type Settings = z.output<typeof schema>;

const VARIANTS = [
  { name: 'Algorithm 1', signCheck: true, balance: true },
  { name: 'no balancing', signCheck: true, balance: false },
  { name: 'no sign check', signCheck: false, balance: true },
  { name: 'neither', signCheck: false, balance: false },
] as const;
const COLORS = ['#0a7a2f', '#4269d0', '#ff7f0e', '#9467bd'];

const OUTCOMES = ['global', 'spurious', 'elsewhere', 'diverged'] as const;
type Outcome = (typeof OUTCOMES)[number];

interface Run {
  readonly latentDimension: number;
  readonly variant: string;
  readonly imbalance: number;
  /** Signs of ⟨h, h0⟩ and ⟨m, m0⟩ at the start. */
  readonly quadrant: string;
  readonly outcome: Outcome;
  /** The factor by which f falls in each iteration near the end; only where it converges to the true hyperbola. */
  readonly rate?: number;
  /** Iterations until f is a millionth of f(0, 0); infinite where it never is. */
  readonly iterations: number;
}

export const convergence: Study<Settings> = {
  name: 'convergence',
  title: 'Where Algorithm 1 ends, and how fast',
  schema,
  large: {
    latentDimensions: [1, 2, 3, 5, 10],
    hiddenWidth: 100,
    measurements: 2000,
    starts: 100,
    imbalances: [1, 4, 16, 64],
    iterations: 500,
  },
  async run(settings, { device, progress }) {
    const { seed, latentDimensions, imbalances, starts, iterations } = settings;
    const runs: Run[] = [];
    const traces: Trace[] = [];
    const total = latentDimensions.length * imbalances.length * VARIANTS.length;
    let done = 0;
    for (const latentDimension of latentDimensions) {
      const problem = problemOfDimension(latentDimension, settings);
      const level = inner(problem.observation, problem.observation) / 2;
      for (const imbalance of imbalances) {
        const random = randomStream(seed, 'starts', latentDimension);
        const points = Array.from({ length: starts }, () => startingPoint(problem, imbalance, random));
        for (const variant of VARIANTS) {
          const { codes, objective } = await descend(
            problem,
            points,
            { ...variant, iterations, stepSize: settings.stepSize },
            { device },
          );
          // The paper's f(0, 0), in the units of the descent.
          const unit = level * problem.observation.length * 2 ** 4;
          points.forEach((start, index) => {
            const trace = objective.map(values => values[index]! / unit);
            const outcome = outcomeOf(problem, codes.at(-1)![index]!, settings);
            const rate = outcome === 'global' ? tailRate(trace) : undefined;
            const below = trace.findIndex(value => value < 1e-6);
            const needed = below === -1 ? Number.POSITIVE_INFINITY : below;
            const quadrant = `(${sign(start.signalCode, problem.truth.signalCode)}, ${sign(start.distortionCode, problem.truth.distortionCode)})`;
            runs.push({
              latentDimension,
              variant: variant.name,
              imbalance,
              quadrant,
              outcome,
              iterations: needed,
              ...(rate !== undefined && { rate }),
            });
            if (imbalance === imbalances[0])
              traces.push({ latentDimension, variant: variant.name, values: trace });
          });
          progress(++done / total, `n = ${latentDimension}, ${variant.name}`);
        }
      }
    }
    const outcomes = latentDimensions.flatMap(latentDimension =>
      VARIANTS.flatMap(({ name }) =>
        imbalances.map(imbalance => summarise(runs, latentDimension, name, imbalance)),
      ),
    );
    const byQuadrant = latentDimensions.flatMap(latentDimension =>
      quadrantShares(runs, latentDimension, imbalances[0]!),
    );
    const rates = latentDimensions.flatMap(latentDimension => rateOf(runs, latentDimension));
    return {
      result: { outcomes, byQuadrant, rates },
      pictures: { convergence: await picture(outcomes, byQuadrant, traces, settings) },
      findings: [
        ...outcomes
          .filter(({ imbalance }) => imbalance === imbalances[0])
          .map(
            ({ latentDimension, variant, shares }) =>
              `n = ${latentDimension}, ${variant}: ${sharesText(shares)}`,
          ),
        ...outcomes
          .filter(
            ({ imbalance, variant }) =>
              imbalance === imbalances.at(-1) && variant !== 'neither' && variant !== 'no sign check',
          )
          .map(
            ({ latentDimension, variant, imbalance, shares }) =>
              `n = ${latentDimension}, ${variant}, starts with ‖h‖ = ${imbalance} ‖m‖: ${sharesText(shares)}`,
          ),
        ...rates.map(
          ({ latentDimension, iterations, factor }) =>
            `n = ${latentDimension}: Algorithm 1 needs ${iterations} iterations to a millionth of f(0, 0)${factor === undefined ? '' : `, and multiplies f by ${factor.toFixed(3)} in each one near the end`}`,
        ),
      ],
    };
  },
};

function problemOfDimension(latentDimension: number, { hiddenWidth, measurements, seed }: Settings): Problem {
  const widths = [latentDimension, hiddenWidth, measurements];
  const random = randomStream(seed, 'truth', latentDimension);
  return problemOf(
    randomNetwork({ widths, seed, name: `signal ${latentDimension}` }),
    randomNetwork({ widths, seed, name: `distortion ${latentDimension}` }),
    { signalCode: unitVector(latentDimension, random), distortionCode: unitVector(latentDimension, random) },
  );
}

function startingPoint({ truth }: Problem, imbalance: number, random: RandomStream): CodePair {
  const root = Math.sqrt(imbalance);
  const size = Math.sqrt(3 ** (2 * random.uniform() - 1));
  return {
    signalCode: unitVector(truth.signalCode.length, random).map(v => v * size * root),
    distortionCode: unitVector(truth.distortionCode.length, random).map(v => (v * size) / root),
  };
}

function outcomeOf(problem: Problem, end: CodePair, { near }: Settings): Outcome {
  if (![...end.signalCode, ...end.distortionCode].every(Number.isFinite)) return 'diverged';
  const depths = [problem.signalNetwork.layers.length, problem.distortionNetwork.layers.length] as const;
  const valleys = hyperbolas(problem.truth, [spuriousScale(depths[0]), spuriousScale(depths[1])]);
  const { name, distance } = nearest(valleys, end, problem.truth);
  if (name === valleys[0]!.name) return distance < near ? 'global' : 'elsewhere';
  // Where exactly the spurious valleys lie is only known up to ε, which is not small in networks of this size.
  return distance < 0.4 ? 'spurious' : 'elsewhere';
}

/** The factor per iteration between f = 1e-3 and 1e-9 of f(0, 0); float32 goes no further down with safety. */
function tailRate(trace: readonly number[]): number | undefined {
  const first = trace.findIndex(value => value < 1e-3);
  const below = trace.findIndex(value => value < 1e-9);
  const last = below === -1 ? trace.length - 1 : below;
  return first === -1 || last <= first ? undefined : (trace[last]! / trace[first]!) ** (1 / (last - first));
}

function summarise(runs: readonly Run[], latentDimension: number, variant: string, imbalance: number) {
  const chosen = runs.filter(
    run => run.latentDimension === latentDimension && run.variant === variant && run.imbalance === imbalance,
  );
  const shares = Object.fromEntries(
    OUTCOMES.map(outcome => [outcome, chosen.filter(run => run.outcome === outcome).length / chosen.length]),
  ) as Record<Outcome, number>;
  return { latentDimension, variant, imbalance, shares };
}

/** The share of starts that reach the true hyperbola by the quadrant in which they start. */
function quadrantShares(runs: readonly Run[], latentDimension: number, imbalance: number) {
  return ['(+, +)', '(−, +)', '(+, −)', '(−, −)'].flatMap(quadrant =>
    [VARIANTS[0], VARIANTS[2]].flatMap(({ name }) => {
      const chosen = runs.filter(
        run =>
          run.latentDimension === latentDimension &&
          run.variant === name &&
          run.imbalance === imbalance &&
          run.quadrant === quadrant,
      );
      const reached = chosen.filter(run => run.outcome === 'global').length;
      return chosen.length === 0
        ? []
        : [
            {
              latentDimension,
              quadrant,
              variant: name as string,
              starts: chosen.length,
              share: reached / chosen.length,
            },
          ];
    }),
  );
}

/** How fast Algorithm 1 is: iterations to a millionth of f(0, 0), and the factor per iteration after that. */
function rateOf(runs: readonly Run[], latentDimension: number) {
  const chosen = runs.filter(
    run => run.latentDimension === latentDimension && run.variant === VARIANTS[0].name,
  );
  const iterations = chosen.map(run => run.iterations).filter(Number.isFinite);
  const rates = chosen.flatMap(({ rate }) => rate ?? []);
  if (iterations.length === 0) return [];
  return [
    { latentDimension, iterations: median(iterations), ...(rates.length > 0 && { factor: median(rates) }) },
  ];
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

const sharesText = (shares: Record<Outcome, number>): string =>
  OUTCOMES.filter(outcome => shares[outcome] > 0)
    .map(outcome => `${Math.round(100 * shares[outcome])} % ${outcome}`)
    .join(', ');

const sign = (code: Float64Array, truth: Float64Array): string => (inner(code, truth) > 0 ? '+' : '−');

function unitVector(dimension: number, random: RandomStream): Float64Array {
  const vector = Float64Array.from({ length: dimension }, random.normal);
  return vector.map(value => value / norm(vector));
}

interface Trace {
  readonly latentDimension: number;
  readonly variant: string;
  readonly values: readonly number[];
}

function picture(
  outcomes: readonly ReturnType<typeof summarise>[],
  byQuadrant: ReturnType<typeof quadrantShares>,
  traces: readonly Trace[],
  { latentDimensions, imbalances, iterations }: Settings,
): Promise<Uint8Array> {
  const bars = outcomes.map(({ latentDimension, variant, imbalance, shares }) => ({
    dimension: `n = ${latentDimension}`,
    variant,
    ratio: imbalance,
    share: 100 * shares.global,
  }));
  const quadrants = byQuadrant.map(row => ({
    ...row,
    dimension: `n = ${row.latentDimension}`,
    share: 100 * row.share,
  }));
  const shown = traces.filter(
    trace =>
      trace.latentDimension === latentDimensions.at(-1) &&
      ['Algorithm 1', 'no sign check'].includes(trace.variant),
  );
  const lines = shown.flatMap(({ variant, values }, run) =>
    values.flatMap((value, iteration) => (value > 1e-12 ? [{ run, variant, iteration, value }] : [])),
  );
  const color = { legend: true, domain: VARIANTS.map(({ name }) => name), range: COLORS };
  const fx = { label: null, domain: latentDimensions.map(n => `n = ${n}`) };
  return panelsPng(
    [
      plotPanel({
        title: 'Starts that reach the true hyperbola',
        subtitle: 'by the ratio ‖h‖ / ‖m‖ of the start',
        color,
        fx,
        x: { label: '‖h‖ / ‖m‖', type: 'log', ticks: imbalances, tickFormat: 'd', inset: 10 },
        y: { label: '% of the starts', domain: [0, 100], grid: true },
        marks: [
          Plot.line(bars, {
            fx: 'dimension',
            x: 'ratio',
            y: 'share',
            z: 'variant',
            stroke: 'variant',
            marker: 'dot',
            strokeWidth: 2,
          }),
          Plot.frame({ stroke: '#ccc' }),
        ],
      } as Plot.PlotOptions),
      plotPanel({
        title: 'The same by quadrant of the start',
        subtitle: 'signs of ⟨h, h0⟩ and ⟨m, m0⟩',
        color: { legend: true, domain: ['Algorithm 1', 'no sign check'], range: [COLORS[0], COLORS[2]] },
        fx,
        x: { label: null, domain: ['(+, +)', '(−, +)', '(+, −)', '(−, −)'], tickRotate: -40 },
        y: { label: '% of the starts', domain: [0, 100], grid: true },
        marks: [
          Plot.barY(
            quadrants.filter(row => row.variant === 'Algorithm 1'),
            { fx: 'dimension', x: 'quadrant', y: 'share', fill: 'variant', insetRight: 9 },
          ),
          Plot.barY(
            quadrants.filter(row => row.variant !== 'Algorithm 1'),
            { fx: 'dimension', x: 'quadrant', y: 'share', fill: 'variant', insetLeft: 9 },
          ),
          Plot.ruleY([0]),
        ],
      } as Plot.PlotOptions),
      plotPanel({
        title: `The objective, n = ${latentDimensions.at(-1)}`,
        subtitle: 'one line per start',
        color: { legend: true, domain: ['Algorithm 1', 'no sign check'], range: [COLORS[0], COLORS[2]] },
        x: { label: 'iteration', domain: [0, iterations] },
        y: { label: 'f / f(0, 0)', type: 'log', grid: true, tickFormat: '.0e', ticks: 6 },
        marks: [
          Plot.line(lines, { x: 'iteration', y: 'value', z: 'run', stroke: 'variant', strokeWidth: 0.6 }),
        ],
      } as Plot.PlotOptions),
    ],
    {
      width: 1140,
      height: 480,
      caption:
        'Left: all four variants; the sign check decides where scalar codes end, the balancing helps where starts are lopsided. Middle: starts with ‖h‖ = ‖m‖. Right: without the sign check some paths linger where f is near f(0, 0) or stay there.',
    },
  );
}
