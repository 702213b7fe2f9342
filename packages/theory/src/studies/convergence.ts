// Algorithm 1 with and without its sign check and its balancing: where it ends, by where it starts, and how fast.

import { byFactor, median, type RandomStream, randomStream, scaled } from '@blind-demod/arrays';
import { z } from 'zod';
import { randomUnit } from '../numerics/directions.js';
import type { CodePair } from '../paper/code-pair.js';
import { expectedHyperbolas, nearest } from '../paper/hyperbolas.js';
import { randomNetwork } from '../paper/networks.js';
import { objectiveOnAxes, type Problem, problemOf } from '../paper/objective.js';
import { QUADRANTS, type Quadrant, quadrantOf } from '../paper/quadrants.js';
import { type Descent, descend, objectiveUnit } from '../recovery/algorithm1.js';
import { count, largestLayer, numbersOfSteps, studySchema } from '../settings.js';
import type { Study } from '../study.js';
import { convergencePicture } from './pictures/convergence.js';

const schema = studySchema(
  'Algorithm 1 with and without its sign check and its balancing.',
  {
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
  },
  ({ latentDimensions, hiddenWidth, measurements, starts, iterations }) =>
    Math.max(
      largestLayer([Math.max(...latentDimensions), hiddenWidth, measurements]),
      starts * Math.max(hiddenWidth, measurements),
      numbersOfSteps(starts, iterations),
    ),
);
export type ConvergenceSettings = z.output<typeof schema>;

const ALGORITHM_1 = 'Algorithm 1';
const NO_BALANCING = 'no balancing';
const NO_SIGN_CHECK = 'no sign check';
const VARIANTS = [
  { name: ALGORITHM_1, signCheck: true, balance: true },
  { name: NO_BALANCING, signCheck: true, balance: false },
  { name: NO_SIGN_CHECK, signCheck: false, balance: true },
  { name: 'neither', signCheck: false, balance: false },
] as const;

const OUTCOMES = ['global', 'spurious', 'elsewhere', 'diverged'] as const;
type Outcome = (typeof OUTCOMES)[number];

/** Which of the runs is meant. */
interface Case {
  readonly latentDimension: number;
  readonly variant: string;
  /** ‖h‖ / ‖m‖ at the start. */
  readonly imbalance: number;
}

/** One start of one case. */
export interface Run extends Case {
  /** That of the start. */
  readonly quadrant: Quadrant['name'];
  readonly outcome: Outcome;
  /** f / f(0, 0) in each iteration. */
  readonly trace: readonly number[];
}

export const convergence: Study<ConvergenceSettings> = {
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
    const { seed, latentDimensions, imbalances, stepSize, iterations } = settings;
    const cases = latentDimensions.flatMap(latentDimension =>
      imbalances.flatMap(imbalance => VARIANTS.map(variant => ({ latentDimension, imbalance, variant }))),
    );
    const runs: Run[] = [];
    for (const [done, { latentDimension, imbalance, variant }] of cases.entries()) {
      const problem = problemOfDimension(latentDimension, settings);
      const random = randomStream(seed, 'starts', latentDimension);
      const starts = Array.from({ length: settings.starts }, () => startingPoint(problem, imbalance, random));
      const { name, ...steps } = variant;
      const descent = await descend(problem, starts, { ...steps, iterations, stepSize }, { device });
      const which = { latentDimension, variant: name, imbalance };
      runs.push(...runsOf(problem, descent, settings).map(run => ({ ...which, ...run })));
      progress((done + 1) / cases.length, `n = ${latentDimension}, ${name}`);
    }
    const outcomes = latentDimensions.flatMap(latentDimension =>
      VARIANTS.flatMap(({ name: variant }) =>
        imbalances.map(imbalance => outcomesOf(runs, { latentDimension, variant, imbalance })),
      ),
    );
    const even = runs.filter(run => run.imbalance === imbalances[0]);
    const byQuadrant = latentDimensions.flatMap(latentDimension => quadrantShares(even, latentDimension));
    const rates = latentDimensions.flatMap(latentDimension => rateOf(runs, latentDimension));
    return {
      result: { outcomes, byQuadrant, rates },
      pictures: { convergence: await convergencePicture(outcomes, byQuadrant, even, settings) },
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
              imbalance === imbalances.at(-1) && (variant === ALGORITHM_1 || variant === NO_BALANCING),
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

function problemOfDimension(
  latentDimension: number,
  { hiddenWidth, measurements, seed }: ConvergenceSettings,
): Problem {
  const widths = [latentDimension, hiddenWidth, measurements];
  const random = randomStream(seed, 'truth', latentDimension);
  return problemOf(
    byFactor(factor => randomNetwork({ widths, seed, name: `${factor} ${latentDimension}` })),
    byFactor(() => randomUnit(latentDimension, random)),
  );
}

/** ‖h‖ ‖m‖ is between a third and three times ‖h0‖ ‖m0‖ = 1. */
function startingPoint({ truth }: Problem, imbalance: number, random: RandomStream): CodePair {
  const root = Math.sqrt(imbalance);
  const size = Math.sqrt(3 ** (2 * random.uniform() - 1));
  return {
    signal: scaled(randomUnit(truth.signal.length, random), size * root),
    distortion: scaled(randomUnit(truth.distortion.length, random), size / root),
  };
}

function runsOf(
  problem: Problem,
  { codes, objective }: Descent,
  { near }: ConvergenceSettings,
): Omit<Run, keyof Case>[] {
  const unit = objectiveOnAxes(problem) * objectiveUnit(problem);
  return codes[0]!.map((start, index) => ({
    quadrant: quadrantOf(start, problem.truth).name,
    outcome: outcomeOf(problem, codes.at(-1)![index]!, near),
    trace: objective.map(values => values[index]! / unit),
  }));
}

function outcomeOf(problem: Problem, end: CodePair, near: number): Outcome {
  if (![...end.signal, ...end.distortion].every(Number.isFinite)) return 'diverged';
  const valleys = expectedHyperbolas(problem);
  const { name, distance } = nearest(valleys, end, problem.truth);
  if (name === valleys[0]!.name) return distance < near ? 'global' : 'elsewhere';
  // Where exactly the spurious valleys lie is only known up to ε, which is not small in networks of this size.
  return distance < 0.4 ? 'spurious' : 'elsewhere';
}

export interface Outcomes extends Case {
  readonly shares: Readonly<Record<Outcome, number>>;
}

function outcomesOf(runs: readonly Run[], { latentDimension, variant, imbalance }: Case): Outcomes {
  const chosen = runs.filter(
    run => run.latentDimension === latentDimension && run.variant === variant && run.imbalance === imbalance,
  );
  const shares = Object.fromEntries(
    OUTCOMES.map(outcome => [outcome, chosen.filter(run => run.outcome === outcome).length / chosen.length]),
  ) as Record<Outcome, number>;
  return { latentDimension, variant, imbalance, shares };
}

export interface QuadrantShare {
  readonly latentDimension: number;
  readonly quadrant: Quadrant['name'];
  readonly variant: string;
  readonly starts: number;
  /** Of the starts in this quadrant, those that reach the true hyperbola. */
  readonly share: number;
}

function quadrantShares(runs: readonly Run[], latentDimension: number): QuadrantShare[] {
  return QUADRANTS.flatMap(({ name: quadrant }) =>
    [ALGORITHM_1, NO_SIGN_CHECK].flatMap(variant => {
      const chosen = runs.filter(
        run =>
          run.latentDimension === latentDimension && run.variant === variant && run.quadrant === quadrant,
      );
      if (chosen.length === 0) return [];
      const share = chosen.filter(run => run.outcome === 'global').length / chosen.length;
      return [{ latentDimension, quadrant, variant, starts: chosen.length, share }];
    }),
  );
}

/** How fast Algorithm 1 is: iterations to a millionth of f(0, 0), and the factor per iteration near the end. */
function rateOf(runs: readonly Run[], latentDimension: number) {
  const chosen = runs.filter(run => run.latentDimension === latentDimension && run.variant === ALGORITHM_1);
  const iterations = chosen.flatMap(({ trace }) => {
    const needed = trace.findIndex(value => value < 1e-6);
    return needed === -1 ? [] : [needed];
  });
  const factors = chosen.flatMap(({ outcome, trace }) => (outcome === 'global' ? tailFactor(trace) : []));
  if (iterations.length === 0) return [];
  const factor = factors.length > 0 ? { factor: median(factors) } : {};
  return [{ latentDimension, iterations: median(iterations), ...factor }];
}

/** The factor per iteration between f = 1e-3 and 1e-9 of f(0, 0); float32 goes no further down with safety. */
function tailFactor(trace: readonly number[]): number[] {
  const first = trace.findIndex(value => value < 1e-3);
  const below = trace.findIndex(value => value < 1e-9);
  const last = below === -1 ? trace.length - 1 : below;
  return first === -1 || last <= first ? [] : [(trace[last]! / trace[first]!) ** (1 / (last - first))];
}

const sharesText = (shares: Outcomes['shares']): string =>
  OUTCOMES.filter(outcome => shares[outcome] > 0)
    .map(outcome => `${Math.round(100 * shares[outcome])} % ${outcome}`)
    .join(', ');
