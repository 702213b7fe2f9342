// One distortion of several pictures: what was found of each alone, brought to one, and then all codes at once.
import { type Float32NdArray, float32, median, takeRows } from '@blind-demod/arrays';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import { forEachPicture } from './groups.js';
import { atUnitExposure, levelsIn } from './levels.js';
import { misfit } from './misfit.js';
import { polishCodes } from './polish.js';
import type { Priors } from './prior.js';
import { type Problem, takeProblems, withNoise } from './problem.js';
import { type Rendered, render } from './rendered.js';
import type { SearchOptions } from './search.js';
import type { FoundAlone, Recovery } from './solve.js';
import type { Codes } from './starts.js';

/**
 * Recovers the factors of groups of `group` observations of one distortion each, from what was found of them alone: in each
 * group the distortion that explains all of its pictures best, then L-BFGS on all of its codes (`together`). The black level
 * of a group is the median of those of its pictures.
 */
export async function solveTogether(
  priors: Priors,
  { observation, observed }: Problem<Float32NdArray>,
  { recovery, problem, codes, rendered }: FoundAlone,
  { group, ...options }: SearchOptions & { group: number },
): Promise<Recovery> {
  const { blackLevel: _, ...settings } = options.settings;
  const evaluations = settings.together ?? 0;
  const groupOfEach = Array.from(recovery.objective, (_, picture) => Math.floor(picture / group));
  const units = { exposure: recovery.exposure, blackLevel: medians(recovery.blackLevel, group) };
  const given = { observation: atUnitExposure(observation, units), ...(observed && { observed }) };
  const atUnits = withNoise(given, settings);

  const agreed = await agree(problem, rendered, group, options);
  const start = {
    signal: takeRows(codes.signal, agreed.signal),
    distortion: takeRows(codes.distortion, agreed.distortion),
  };
  const before = recovery.iterations + (settings.polish ?? 0);
  const found = await polishCodes(priors, atUnits, start, {
    ...options,
    settings,
    evaluations,
    onEvaluation: (done, values, reached) =>
      options.onIteration?.({
        done: before + done,
        total: before + evaluations,
        objective: median(values),
        codes: async () => ofEach(reached(), groupOfEach),
      }),
  });
  const last = await render(priors, atUnits, found, { ...options, settings });
  const ofPictures = ofEach(last, groupOfEach);
  return {
    ...recovery,
    ...ofPictures,
    spread: float32(recovery.spread.shape, new Float32Array(recovery.spread.data.length)),
    signalCode: found.signal,
    distortionCode: takeRows(found.distortion, groupOfEach),
    ...levelsIn(units, last),
    objective: Float32Array.from(groupOfEach, row => last.objective[row]!),
  };
}

/** Images or codes of signals and distortions, with a row of the distortion for each of the signal. */
const ofEach = ({ signal, distortion }: Codes, groupOfEach: readonly number[]): Codes => ({
  signal,
  distortion: takeRows(distortion, groupOfEach),
});

/** The median of every `size` values, in the place of each. */
const medians = (values: Float32Array, size: number): Float32Array =>
  values.map((_, index) => {
    const start = index - (index % size);
    return median(values.subarray(start, start + size));
  });

/** Rows among the starts. */
export interface Agreed {
  /** One for each group: the distortion that the group's pictures agree on. */
  readonly distortion: readonly number[];
  /** One for each picture: the start whose signal explains it best under that distortion. */
  readonly signal: readonly number[];
}

/**
 * For each group of `pictures` the distortion, of all that were found of its pictures, that explains them best: by the
 * misfit of each picture with its signals, the best of its starts, averaged over the pictures. A picture that went wrong alone has
 * no more than its share in that, and gets the distortion of the others.
 *
 * @param problem a row for each start.
 */
export async function agree(
  problem: Problem<Float32NdArray>,
  found: Pick<Rendered, 'signal' | 'distortion'>,
  pictures: number,
  { settings, device }: Pick<SearchOptions, 'settings' | 'device'>,
): Promise<Agreed> {
  const { restarts } = settings;
  const rows = pictures * restarts;
  const groups = found.signal.shape[0]! / rows;
  const given = (group: number, candidate: number) => {
    const all = Array.from({ length: rows }, (_, row) => group * rows + row);
    return {
      signal: takeRows(found.signal, all),
      distortion: takeRows(found.distortion, [group * rows + candidate]),
      problem: takeProblems(problem, all),
    };
  };
  const judge = await compile(
    (input: { signal: Tensor; distortion: Tensor; problem: Problem<Tensor> }) =>
      misfit(input.signal, forEachPicture(input.distortion, input.signal), input.problem, settings).value,
    given(0, 0),
    { device },
  );
  const agreed = { distortion: [] as number[], signal: [] as number[] };
  for (let group = 0; group < groups; group++) {
    let best = { candidate: 0, signals: [] as number[], sum: Number.POSITIVE_INFINITY };
    for (let candidate = 0; candidate < rows; candidate++) {
      const { data } = await judge.run(given(group, candidate));
      const signals = leastOfEach(data as Float32Array, restarts);
      const sum = signals.reduce((total, row) => total + data[row]!, 0);
      if (sum < best.sum) best = { candidate, signals, sum };
    }
    agreed.distortion.push(group * rows + best.candidate);
    agreed.signal.push(...best.signals.map(row => group * rows + row));
  }
  await judge.dispose();
  return agreed;
}

/** The position of the least of every `size` values; one that is not a number is not the least. */
function leastOfEach(values: Float32Array, size: number): number[] {
  return Array.from({ length: values.length / size }, (_, index) => {
    const rows = Array.from({ length: size }, (_, offset) => index * size + offset);
    return rows.reduce((a, b) => (values[b]! < values[a]! || Number.isNaN(values[a]) ? b : a));
  });
}
