// What is measured of a pair beside its scores: what the report explains them by.
import { type ByFactor, type Float32NdArray, inner, relativeError, times } from '@blind-demod/arrays';

export interface Facts {
  /** 1 − Σ y / Σ w: the share of the signal's light that the distortion takes away. */
  readonly lightLost: number;
  /** ‖ŵ ⊙ x̂ − y‖ / ‖y‖ before the refinement: how far the product is from the observation. */
  readonly residual: number;
  /** The share of the observation's values that are at least `SEEN` of its highest: where there is something to see. */
  readonly seen: number;
  /** The share of Σ w² where the distortion is below `DARK` of its highest value: dividing by it magnifies every error. */
  readonly dark: number;
  /** The objective where the next best start ended, in units of the kept one's; undefined when there was one start. */
  readonly startGap: number | undefined;
}

/** The fraction of an observation's highest value from which on a value counts as seen. */
export const SEEN = 0.1;

/** The fraction of a distortion's highest value below which it counts as dark. */
export const DARK = 0.2;

/** The facts of one pair; every image is [channels, size, size], the recovered ones before the refinement. */
export function factsOf({
  observation: { data: y },
  atUnitExposure,
  truth,
  recovered,
  restartObjectives,
}: {
  readonly observation: Float32NdArray;
  /** The observation at the exposure that was found. */
  readonly atUnitExposure: Float32NdArray;
  readonly truth: ByFactor<Float32NdArray>;
  readonly recovered: ByFactor<Float32NdArray>;
  readonly restartObjectives: Float32Array;
}): Facts {
  const [w, x] = [truth.signal.data, truth.distortion.data];
  const [seen, dark] = [SEEN * highest(y), DARK * highest(x)];
  const lit = w.map((value, index) => (x[index]! < dark ? 0 : value));
  return {
    lightLost: 1 - sum(y) / sum(w),
    residual: relativeError(times(recovered.signal.data, recovered.distortion.data), atUnitExposure.data),
    seen: y.filter(value => value >= seen).length / y.length,
    dark: 1 - inner(lit, lit) / inner(w, w),
    startGap: startGap(restartObjectives),
  };
}

/** Starts that were lost, whose objective is not a number, are infinitely far away. */
function startGap(objectives: Float32Array): number | undefined {
  const [kept, next] = Array.from(objectives, value => (Number.isNaN(value) ? Infinity : value)).sort(
    (a, b) => a - b,
  );
  return next === undefined ? undefined : next / kept!;
}

const highest = (values: Float32Array) => values.reduce((a, b) => Math.max(a, b), 0);

function sum(values: Float32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
