// L-BFGS (Nocedal 1980) on many small problems at once: one evaluation serves a trial point of every problem.
import { addScaled, type Float32NdArray, inner, norm, stackRows } from '@blind-demod/arrays';

/** The values of some points [problems, n], and the gradients [problems, n] there. */
export interface Evaluation {
  readonly values: { readonly data: Float32Array };
  readonly gradients: Float32NdArray;
}

/** Armijo's condition: a step must gain this fraction of what its slope promises. */
const SUFFICIENT = 1e-4;
const SHORTER = 0.3;

/**
 * Goes downhill from each of the points [problems, n], independently.
 *
 * @param evaluations how often `evaluate` is called; after each, `onEvaluation` is told the least values so far and, if it
 * asks, their points, and waited for.
 * @param memory how many steps shape the next direction: the more, the more unknowns a problem has.
 * @returns the points of least value, and these values.
 */
export async function minimise(
  evaluate: (points: Float32NdArray) => Promise<Evaluation>,
  start: Float32NdArray,
  {
    evaluations,
    memory = 10,
    onEvaluation,
  }: {
    evaluations: number;
    memory?: number;
    onEvaluation?: (done: number, values: Float32Array, points: () => Float32NdArray) => void | Promise<void>;
  },
): Promise<{ points: Float32NdArray; values: Float32Array }> {
  const [problems, length] = start.shape as [number, number];
  const row = ({ data }: Float32NdArray, index: number) =>
    data.subarray(index * length, (index + 1) * length);
  const stack = (rows: readonly Float32Array[]) => stackRows(rows, [length]);

  const best = () => stack(descents.map(({ point }) => point));
  let descents = Array.from({ length: problems }, (_, index) => atStart(row(start, index)));
  for (let done = 1; done <= evaluations; done++) {
    const { values, gradients } = await evaluate(stack(descents.map(trialOf)));
    descents = descents.map((descent, index) =>
      advance(descent, values.data[index]!, row(gradients, index), memory),
    );
    await onEvaluation?.(done, valuesOf(descents), best);
  }
  return { points: best(), values: valuesOf(descents) };
}

/** Where the descent of one problem stands: the best point so far, and what it tries next. */
interface Descent {
  readonly point: Float32Array;
  readonly value: number;
  readonly gradient: Float32Array;
  readonly direction: Float32Array;
  readonly step: number;
  readonly memory: readonly Move[];
}

/** From one point to the next: how far it went, and how the gradient changed. */
interface Move {
  readonly path: Float32Array;
  readonly change: Float32Array;
  /** ⟨path, change⟩ */
  readonly curvature: number;
}

const atStart = (point: Float32Array): Descent => {
  const zeros = new Float32Array(point.length);
  return { point, value: Number.POSITIVE_INFINITY, gradient: zeros, direction: zeros, step: 0, memory: [] };
};

const valuesOf = (descents: readonly Descent[]) => Float32Array.from(descents, ({ value }) => value);

const trialOf = ({ point, direction, step }: Descent): Float32Array => plus(point, step, direction);

/** What follows from the value and the gradient at the trial point. */
function advance(descent: Descent, value: number, gradient: Float32Array, length: number): Descent {
  const { direction, step } = descent;
  const promised = step * inner(descent.gradient, direction);
  if (!(value <= descent.value + SUFFICIENT * promised)) return { ...descent, step: step * SHORTER };
  const point = trialOf(descent);
  const [path, change] = [plus(point, -1, descent.point), plus(gradient, -1, descent.gradient)];
  const curvature = inner(path, change);
  // Only where the function curves upwards does its inverse Hessian stay positive.
  const curved = curvature > 1e-10 * inner(change, change);
  const memory = curved ? [...descent.memory, { path, change, curvature }].slice(-length) : descent.memory;
  return { point, value, gradient, direction: downhill(gradient, memory), step: 1, memory };
}

/**
 * −H·gradient for the inverse Hessian H that the moves suggest, by the two-loop recursion; in place, which is several times
 * as fast as an array for each of its steps.
 */
function downhill(gradient: Float32Array, memory: readonly Move[]): Float32Array {
  const direction = gradient.map(entry => -entry);
  const weights = memory.toReversed().map(({ path, change, curvature }) => {
    const weight = inner(path, direction) / curvature;
    addScaled(direction, -weight, change);
    return weight;
  });
  const last = memory.at(-1);
  const scale = last ? last.curvature / inner(last.change, last.change) : 1 / norm(gradient);
  for (let index = 0; index < direction.length; index++) direction[index]! *= scale;
  for (const [index, { path, change, curvature }] of memory.entries()) {
    const weight = weights.at(-1 - index)!;
    addScaled(direction, weight - inner(change, direction) / curvature, path);
  }
  return direction;
}

/** a + factor · b. */
function plus(a: Float32Array, factor: number, b: Float32Array): Float32Array {
  const sum = a.slice();
  addScaled(sum, factor, b);
  return sum;
}
