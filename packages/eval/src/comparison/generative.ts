// The methods that know each factor by a trained generator.
import type { Generator } from '@blind-demod/dcgan';
import { generatorPrior, type Recovery, refine, solve } from '@blind-demod/demod-core';
import { type Experiment, experimentSchema, type Factor, type SolverSettings } from '@blind-demod/experiment';
import { chosenDevice, type Device } from '@blind-demod/jit';
import { fingerprint } from '../plan.js';
import type { Named, Observed, OnProgress, Procedure } from './method.js';

/** The paper's solver: 500 iterations of Algorithm 1, step size 1, momentum 0.9, one start. */
export const PAPER: SolverSettings = experimentSchema.parse({}).solver;

/**
 * Gradient descent on the codes of two generators with an ℓ2 penalty on them (Asim, Shamshad and Ahmed 2018, there for
 * blind deconvolution), without Algorithm 1's sign check and balance. Of two starts the one of least residual is kept.
 */
export const TWO_GENERATORS: SolverSettings = {
  ...PAPER,
  signCheck: false,
  balance: false,
  stepSize: 20,
  latentPenalty: 1e-5,
  restarts: 2,
};

export interface Generative {
  readonly generators: Readonly<Record<Factor, Generator>>;
  readonly device: Device;
}

/**
 * Two-generator gradient descent; the paper's solver; and the experiment's own solver, which is run once for three
 * methods. Their signals are the generator's image G1(h); the refined signal; and, as a ceiling, what the refinement
 * would give if it knew the true distortion. The distortion of the first two is G2(m) as the refinement smooths it.
 * Each throws a UserError when its search diverges.
 */
export function generativeProcedures(
  { seed, solver: ours }: Pick<Experiment, 'seed' | 'solver'>,
  { generators, device }: Generative,
): Procedure[] {
  const priors = [generatorPrior(generators.signal), generatorPrior(generators.distortion)] as const;
  const common = {
    seed,
    device: chosenDevice(device),
    generators: { signal: fingerprint(generators.signal), distortion: fingerprint(generators.distortion) },
  };
  const run = (settings: SolverSettings, problem: Observed, onProgress: OnProgress): Promise<Recovery> =>
    solve(...priors, problem.observation, {
      settings,
      seed,
      device,
      first: problem.first,
      observed: problem.observed,
      onIteration: (done, total) => onProgress(done / total),
    });

  /** A solver whose estimates are G1(h) and G2(m). */
  const unrefined = (method: Named, settings: SolverSettings): Procedure => {
    const { refinement: _, ...solver } = settings;
    return {
      name: method.name,
      methods: [method],
      settings: { ...common, solver },
      recover: async (problem, onProgress) => {
        const { signal, distortion } = await run(settings, problem, onProgress);
        return { [method.name]: { signal, distortion } };
      },
    };
  };
  const methods = [
    { name: 'ours', title: 'this solver, G1(h)' },
    { name: 'ours-refined', title: 'this solver, refined' },
    { name: 'ceiling', title: 'refined, true distortion known' },
  ];
  return [
    unrefined({ name: 'two-generators', title: 'two generators, ℓ2' }, TWO_GENERATORS),
    unrefined({ name: 'paper', title: 'the paper’s solver' }, PAPER),
    {
      name: 'ours',
      methods,
      settings: { ...common, solver: ours, methods: methods.map(({ name }) => name) },
      recover: async (problem, onProgress) => {
        const found = await run(ours, problem, onProgress);
        const refined = refine({ ...problem, ...found }, ours.refinement);
        const { signal: ceiling } = refine(
          { ...problem, signal: found.signal, distortion: problem.trueDistortion },
          { ...ours.refinement, smoothing: 0 },
        );
        return {
          ours: { signal: found.signal, distortion: refined.distortion },
          'ours-refined': refined,
          ceiling: { signal: ceiling },
        };
      },
    },
  ];
}
