// A run of the solver in the worker: starts, the first iterations in slow motion, all the rest at speed, the division.
import { float32, median, norm } from '@blind-demod/arrays';
import {
  atUnitExposure,
  chooseStarts,
  denoised,
  refine,
  type SolverSettings,
  solve,
} from '@blind-demod/demod-core';
import type { Generators } from './generators.js';
import { breathe } from './jobs.js';
import type { Frame, Line, Progress, Result, Tasks } from './messages.js';
import { slowMotion } from './slow-motion.js';
import { SOLVER_SETTINGS } from './solver-settings.js';

/** Iterations that are shown line by line. */
const SLOW_ITERATIONS = 3;
/** Milliseconds of a search whose every step is a frame. */
const EVERY_STEP = 1500;
/** Milliseconds between two frames of the rest, at least; and how many times what rendering one takes. */
const FRAME_EVERY = { least: 80, renderings: 5 };

/** What one iteration and one evaluation of the polish cost, in passes through a generator. */
const PASSES = { iteration: 7, evaluation: 4 };

export async function run(
  generators: Generators,
  { observation: y, solver, seed, slowly }: Tasks['solve']['give'],
  tell: { frame(frame: Frame): void; progress(progress: Progress): void },
): Promise<Result> {
  const begun = performance.now();
  const settings = SOLVER_SETTINGS[solver];
  const { priors, device, renderBoth } = generators;
  const observation = float32([1, ...priors[0].imageShape], y);
  const starts = await chooseStarts(priors, { observation }, { settings, seed, device });
  await breathe();

  const frame = async (line: Line, count: number, codes: typeof starts, objective: number) => {
    const row = (factor: keyof typeof codes) => codes[factor].data.subarray(0, codes[factor].shape[1]!);
    tell.frame({
      line,
      count,
      ...(await renderBoth(codes)),
      norms: [norm(row('signal')), norm(row('distortion'))],
      objective,
    });
  };
  let shown = 0;
  if (slowly) {
    await frame('start', 0, starts, Number.NaN);
    const iterations = Math.min(SLOW_ITERATIONS, settings.iterations);
    for await (const one of slowMotion(generators, { observation }, starts, {
      settings,
      iterations,
    })) {
      tell.frame(one);
      shown = one.count;
      await breathe();
    }
  }

  const clock = startClock(settings);
  const iterations: number[] = [];
  const searched = performance.now();
  let [next, resumed] = [0, searched];
  const recovery = await solve(...priors, observation, {
    starts,
    settings,
    seed,
    device,
    async onIteration({ done, objective, codes }) {
      const polishing = done > settings.iterations;
      if (!polishing) iterations.push((performance.now() - resumed) / 1000);
      tell.progress(clock(done));
      const isLast = done === settings.iterations + (settings.polish ?? 0);
      const found = performance.now();
      if (done > shown && (isLast || found > next)) {
        const count = polishing ? done - settings.iterations : done;
        await frame(polishing ? 'polish' : 'iteration', count, await codes(), objective);
        const rendered = performance.now();
        const wait = Math.max(FRAME_EVERY.least, FRAME_EVERY.renderings * (rendered - found));
        next = rendered - searched < EVERY_STEP ? 0 : rendered + wait;
      }
      await breathe();
      resumed = performance.now();
    },
  });
  const { signal, distortion } = recovery;
  const known = { observation: atUnitExposure(observation, recovery), signal, distortion };
  const { denoiser } = generators;
  const refined = refine(
    { ...known, ...(denoiser && { denoised: await denoised(denoiser, known, device) }) },
    settings.refinement,
  );
  return {
    signal: signal.data,
    refined: refined.signal.data,
    distortion: distortion.data,
    light: refined.distortion.data,
    exposure: recovery.exposure[0]!,
    codes: { signal: recovery.signalCode.data, distortion: recovery.distortionCode.data },
    objective: recovery.objective[0]!,
    seconds: (performance.now() - begun) / 1000,
    // The first is compiled before it runs.
    iteration: median(iterations.slice(1)),
  };
}

/** Tells what share of the search is done after some of its steps, and the seconds left at the pace so far. */
function startClock({ iterations, polish = 0 }: SolverSettings): (done: number) => Progress {
  const passes = (done: number) =>
    PASSES.iteration * Math.min(done, iterations) + PASSES.evaluation * Math.max(0, done - iterations);
  const all = passes(iterations + polish);
  const begun = performance.now();
  return done => {
    const share = passes(done) / all;
    const elapsed = (performance.now() - begun) / 1000;
    return { share, left: done < 3 ? undefined : (elapsed / share) * (1 - share) };
  };
}
