// The methods that know each factor by a trained generator.

import type { Factor } from '@blind-demod/arrays';
import type { Generator } from '@blind-demod/dcgan';
import { generatorPrior } from '@blind-demod/dcgan';
import { PAPER_SOLVER, type Recovery, refine, type SolverSettings, solve } from '@blind-demod/demod-core';
import type { Experiment } from '@blind-demod/experiment';
import type { Device } from '@blind-demod/jit';
import { fingerprint } from '../plan.js';
import type { Estimates, Named, Observed, Procedure } from './method.js';

/**
 * Gradient descent on the codes of two generators with an ℓ2 penalty on them (Asim, Shamshad and Ahmed 2018, there for
 * blind deconvolution), without Algorithm 1's sign check and balance. Of two starts the one of least objective is kept. λ
 * was chosen on 24 training pairs: 10⁻⁷, 10⁻⁶, 10⁻⁵ gave refined signals of 40.8, 41.3, 40.1 dB, and at the 10th
 * percentile 36.9, 37.3, 32.9 dB; the step size is this solver's.
 */
export const TWO_GENERATORS: SolverSettings = {
  ...PAPER_SOLVER,
  signCheck: false,
  balance: false,
  stepSize: 20,
  latentPenalty: 1e-6,
  restarts: 2,
};

/** The name of the experiment's own solver among the procedures. */
export const OURS = 'ours';

export interface Generative {
  readonly generators: Readonly<Record<Factor, Generator>>;
  readonly device: Device;
}

/**
 * Two-generator gradient descent, the paper's solver, and the experiment's own. From each solve two methods read their
 * estimates: the generators' images G1(h) and G2(m), and both as the experiment's refinement has them. From the last a
 * third does, the ceiling: the refined signal, had the true distortion been known. Each throws a UserError when its
 * search diverges.
 */
export function generativeProcedures(
  { seed, solver: ours }: Pick<Experiment, 'seed' | 'solver'>,
  { generators, device }: Generative,
): Procedure[] {
  const priors = [generatorPrior(generators.signal), generatorPrior(generators.distortion)] as const;
  // Not the device: what one finds differs from what another finds as it does between two processors, by rounding, and a
  // comparison that was begun on one may go on on another.
  const common = {
    seed,
    generators: { signal: fingerprint(generators.signal), distortion: fingerprint(generators.distortion) },
  };
  const procedure = (
    name: string,
    title: string,
    solver: SolverSettings,
    more: Reading[] = [],
  ): Procedure => {
    const settings = { ...solver, refinement: ours.refinement };
    const readings: Reading[] = [
      { name, title, read: ({ signal, distortion }) => ({ signal, distortion }) },
      {
        name: `${name}-refined`,
        title: `${title}, refined`,
        read: (found, problem) => refine({ ...problem, ...found }, settings.refinement),
      },
      ...more,
    ];
    return {
      name,
      methods: readings.map(({ name, title }) => ({ name, title })),
      settings: { ...common, solver: settings, methods: readings.map(({ name }) => name) },
      recover: async (problem, onProgress) => {
        const found = await solve(...priors, problem.observation, {
          settings,
          seed,
          device,
          first: problem.first,
          observed: problem.observed,
          onIteration: ({ done, total }) => onProgress(done / total),
        });
        return Object.fromEntries(readings.map(({ name, read }) => [name, read(found, problem)]));
      },
    };
  };
  const ceiling: Reading = {
    name: 'ceiling',
    title: 'refined, true distortion known',
    read: ({ signal }, problem) => ({
      signal: refine(
        { ...problem, signal, distortion: problem.trueDistortion },
        { ...ours.refinement, smoothing: 0 },
      ).signal,
    }),
  };
  return [
    procedure('two-generators', 'two generators, ℓ2', TWO_GENERATORS),
    procedure('paper', 'the paper’s solver', PAPER_SOLVER),
    procedure(OURS, 'this solver', ours, [ceiling]),
  ];
}

/** A method that reads its estimates from a solve. */
interface Reading extends Named {
  read(found: Recovery, problem: Observed): Estimates;
}
