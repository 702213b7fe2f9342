// The judgement of one batch: the estimates of both solvers compared with the truth, and what there is to tell of them.
import { atBestScale, type ByFactor, type Float32NdArray, float32, imageAt } from '@blind-demod/arrays';
import type { Estimates, Observed, Recovery, Search } from '../methods/method.js';
import { atUnit } from '../methods/search.js';
import { type Facts, factsOf } from '../metrics/facts.js';
import type { Scores } from '../metrics/index.js';
import type { Observations } from '../trials/batches.js';
import { scorePairs } from '../trials/scores.js';

/** What is judged of a solver: the generator's image G1(h), the refined signal, and the distortion as it was found. */
export interface SolverScores {
  readonly generator: Scores<'signal'>;
  readonly refined: Scores<'signal'>;
  readonly distortion: Scores<'distortion'>;
}

/** The same, and the observation y as it is, which is what doing nothing gives. */
export interface EstimateScores extends SolverScores {
  readonly observation: Scores<'signal'>;
}

export type Estimate = keyof EstimateScores;

/** All that is kept of a pair. */
export interface Judged {
  /** The solver's objective where it ended. */
  readonly objective: number;
  /** The objective before each iteration. */
  readonly trace: Float32Array;
  /** In [0, 1]: how much the solver trusts what it found. */
  readonly confidence: number;
  readonly scores: EstimateScores;
  readonly facts: Facts;
  /** Of the paper's solver, where it is not the experiment's own. */
  readonly paper?: SolverScores;
}

export interface Judgement extends Judged {
  readonly images: JudgedImages;
}

/** Each [channels, size, size]; the estimates at their best scale. */
export interface JudgedImages {
  readonly observation: Float32NdArray;
  readonly estimates: Readonly<Record<Estimate, Float32NdArray>>;
  readonly truth: ByFactor<Float32NdArray>;
  /** The generator's image that the paper's solver found. */
  readonly paper?: Float32NdArray;
}

/** What a search found. */
export interface Found {
  readonly procedure: Search;
  readonly recovery: Recovery;
}

/** The judgement of each of n pairs by the experiment's own solver, beside the paper's. */
export async function judge(
  truth: Observations,
  problem: Observed,
  { own, paper }: { own: Found; paper?: Found },
): Promise<Judgement[]> {
  const ownFound = await estimatesOf(own, truth, problem);
  const paperFound = paper && (await estimatesOf(paper, truth, problem));
  const seen = atUnit(problem.observation, own.recovery);
  const given = scorePairs({ signal: problem.observation }, truth, { ...problem, seconds: 0 });
  return given.map(({ signal: observed }, pair) => {
    const at = (images: Float32NdArray) => imageAt(images, pair);
    const factors = { signal: at(truth.signal), distortion: at(truth.distortion) };
    const scaled = (estimate: Float32NdArray, { data }: Float32NdArray) =>
      float32(estimate.shape.slice(1), atBestScale(at(estimate).data, data));
    const observation = at(problem.observation);
    const { recovery } = own;
    const { generator, refined, distortion } = ownFound.estimates;
    return {
      objective: recovery.objective.data[pair]!,
      // Copied: what is kept of a pair must not keep its batch in memory.
      trace: at(recovery.trace).data.slice(),
      confidence: ownFound.confidence![pair]!,
      scores: { observation: observed!, ...ownFound.scores[pair]! },
      facts: factsOf({
        observation,
        atUnitExposure: at(seen),
        truth: factors,
        recovered: { signal: at(recovery.signal), distortion: at(recovery.distortion) },
        restartObjectives: at(recovery.restartObjectives).data,
      }),
      ...(paperFound && { paper: paperFound.scores[pair]! }),
      images: {
        observation,
        estimates: {
          observation: scaled(problem.observation, factors.signal),
          generator: scaled(generator, factors.signal),
          refined: scaled(refined, factors.signal),
          distortion: scaled(distortion, factors.distortion),
        },
        truth: factors,
        ...(paperFound && { paper: scaled(paperFound.estimates.generator, factors.signal) }),
      },
    };
  });
}

/** The estimates of a solver, and the scores of each pair's: views of its two methods. */
async function estimatesOf({ procedure, recovery }: Found, truth: Observations, problem: Observed) {
  const [plain, refined] = [procedure.name, `${procedure.name}-refined`] as const;
  const { [plain]: found, [refined]: divided } = await procedure.read(problem, recovery);
  const estimates = { generator: found!.signal!, refined: divided!.signal!, distortion: found!.distortion! };
  const scored = (some: Estimates) => scorePairs(some, truth, { ...problem, seconds: 0 });
  const refinedScores = scored({
    signal: estimates.refined,
    ...(divided!.deviations && { deviations: divided!.deviations }),
  });
  const scores = scored(found!).map(
    ({ signal, distortion }, pair): SolverScores => ({
      generator: signal!,
      refined: refinedScores[pair]!.signal!,
      distortion: distortion!,
    }),
  );
  return { estimates, scores, confidence: divided!.confidence };
}
