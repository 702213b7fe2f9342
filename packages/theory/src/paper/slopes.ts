// How steeply f descends at a point: by the paper's formula, and by finite differences.
import { type ByFactor, byFactor, inner, norm, scaled } from '@blind-demod/arrays';
import { type CodePair, moved, originOf } from './code-pair.js';
import { expectedHyperbolas, nearest } from './hyperbolas.js';
import { gradientsAt, objectiveAt, objectiveOnAxes, type Problem } from './objective.js';

export interface Slope {
  /** The larger of ‖g1‖‖h‖ and ‖g2‖‖m‖ over f(0, 0): the slope, free of scale. */
  readonly slope: number;
  /** The nearest of the four hyperbolas, where wide networks have them, and the distance to it. */
  readonly hyperbola: string;
  readonly distance: number;
}

/** @param gradients at the point; those from another side where f has a kink there. */
export function slopeAt(
  problem: Problem,
  point: CodePair,
  gradients: ByFactor<Float64Array> = gradientsAt(problem, point),
): Slope {
  const { name, distance } = nearest(expectedHyperbolas(problem), point, problem.truth);
  const steeper = Math.max(
    norm(gradients.signal) * norm(point.signal),
    norm(gradients.distortion) * norm(point.distortion),
  );
  return { slope: steeper / objectiveOnAxes(problem), hyperbola: name, distance };
}

export interface Descends {
  /** Whether f falls along −g1 or along −g2, as Theorem 1 says, by the formula and by differences. */
  readonly descends: boolean;
  /** |formula − difference| / |formula| along the steeper of the two, where it is well measured. */
  readonly formulaError: number;
}

/**
 * Along −g1 and along −g2: the one-sided derivative by the formula, −⟨limit of the gradient from that side, g⟩, beside
 * (f(point − t g) − f(point)) / t.
 */
export function checkDescent(
  problem: Problem,
  point: CodePair,
  { signal, distortion }: ByFactor<Float64Array>,
): Descends {
  const zero = originOf(point);
  const directions: CodePair[] = [
    { ...zero, signal: scaled(signal, -1) },
    { ...zero, distortion: scaled(distortion, -1) },
  ];
  const base = objectiveAt(problem, point);
  const results = directions.map(direction => {
    const limit = gradientsAt(problem, point, direction);
    const along = byFactor(factor => inner(limit[factor], direction[factor]));
    const formula = along.signal + along.distortion;
    const t = 1e-6 / Math.hypot(norm(direction.signal), norm(direction.distortion));
    const difference = (objectiveAt(problem, moved(point, direction, t)) - base) / t;
    return {
      formula,
      error: Math.abs(formula - difference) / Math.abs(formula),
      falls: formula < 0 && difference < 0,
    };
  });
  const steeper = results.reduce((best, one) => (one.formula < best.formula ? one : best));
  return { descends: results.some(({ falls }) => falls), formulaError: steeper.error };
}
