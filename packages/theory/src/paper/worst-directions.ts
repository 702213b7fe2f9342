// The smallest ε with which a condition holds: a search for the directions that violate it most.
import { addScaled, inner, norm, type RandomStream, scaled } from '@blind-demod/arrays';
import { randomUnit } from '../numerics/directions.js';
import { leastOfConvex } from '../numerics/golden-section.js';
import type { Condition, Deviation } from './weight-distribution.js';

export interface SearchSettings {
  /** Starting points: two thirds of them random, the others along the longest rows. */
  readonly starts: number;
  /** Steps of ascent from each. */
  readonly steps: number;
}

export interface Search {
  /** The largest deviation found. No smaller ε will do; if the search missed the worst directions, ε is larger. */
  readonly epsilon: number;
  /** Deviations at the random starting points, before any ascent. */
  readonly random: readonly number[];
  /** What was seen on the way. */
  readonly deviations: readonly Deviation[];
}

/**
 * Maximises the deviation ‖t·A − E‖ over the condition's unit vectors, by ascent from several starts. A step is taken
 * only if it raises the deviation.
 *
 * @param scale t, by which the weights' side of the condition is multiplied; 1 leaves the weights as they are.
 */
export function largestDeviation(
  condition: Condition,
  { starts, steps }: SearchSettings,
  random: RandomStream,
  scale = 1,
): Search {
  const deviations: Deviation[] = [];
  const atRandom: number[] = [];
  for (let start = 0; start < starts; start++) {
    const kind = STARTS[start % STARTS.length]!;
    let vectors = startingVectors(condition, kind, Math.floor(start / STARTS.length), random);
    let current = condition.deviation(vectors, scale, randomUnit(condition.dimensions[0]!, random));
    deviations.push(current);
    if (kind !== 'row') atRandom.push(current.value);
    let width = 0.5;
    for (let done = 0; done < steps && width > SMALLEST_ROTATION; done++) {
      // Uphill. The deviation is not smooth: where that fails, in a random direction.
      const uphill = () => condition.ascentDirections(vectors, scale, current, width);
      const anywhere = () => condition.dimensions.map(dimension => randomUnit(dimension, random));
      const risen = [uphill, anywhere].some(directions => {
        const moved = rotated(vectors, directions(), width);
        const next = condition.deviation(moved, scale, current.direction);
        if (next.value <= current.value) return false;
        [vectors, current] = [moved, next];
        deviations.push(current);
        return true;
      });
      width = risen ? Math.min(1.5 * width, 1) : width / 2;
    }
  }
  return { epsilon: Math.max(...deviations.map(({ value }) => value)), random: atRandom, deviations };
}

/** In radians; an ascent whose steps are shorter has ended. */
const SMALLEST_ROTATION = 1e-3;

/**
 * The smallest ε over all scalings of the weights, and that scaling: min over t of max over directions of ‖t·A − E‖.
 *
 * Each deviation that was seen, at whatever t, bounds the maximum from below by |t·measured − expected|, which is
 * convex in t. So the search alternates: look for the worst directions at some t, then take the t at which all bounds
 * seen so far are least. At t = 0 the maximum is max ‖Q‖ = ½: an ε of ½ means that the weights are no better than zeros.
 *
 * @param initialScale where to begin; 1 for weights that already have the paper's variance.
 */
export function bestScaling(
  condition: Condition,
  settings: SearchSettings,
  random: RandomStream,
  initialScale: number,
): { epsilon: number; scale: number } {
  const seen: Deviation[] = [];
  let best = { epsilon: 0, scale: initialScale };
  for (let round = 0; round < ROUNDS; round++) {
    seen.push(...largestDeviation(condition, settings, random, best.scale).deviations);
    best = leastMaximum(seen);
  }
  return best;
}

/** Searches of `bestScaling`: after the third, ε changes by a few thousandths. */
const ROUNDS = 3;

/** The t ≥ 0 at which the largest |t·measured − expected| is least. */
function leastMaximum(seen: readonly Deviation[]): { epsilon: number; scale: number } {
  const largest = (t: number) =>
    seen.reduce((max, { measured, expected }) => Math.max(max, Math.abs(t * measured - expected)), 0);
  // At larger t one of them is above the maximum at t = 0.
  const highest = (2 * largest(0)) / Math.max(...seen.map(({ measured }) => measured));
  const scale = leastOfConvex(largest, 0, highest);
  return { epsilon: largest(scale), scale };
}

/** The kinds of starts: equal random directions, where Q is largest; the longest rows; independent random directions. */
const STARTS = ['equal', 'row', 'independent'] as const;

function startingVectors(
  condition: Condition,
  kind: (typeof STARTS)[number],
  index: number,
  random: RandomStream,
): Float64Array[] {
  if (kind === 'row') return condition.alongRow(index);
  const vectors = condition.dimensions.map(dimension => randomUnit(dimension, random));
  return kind === 'equal' ? vectors.map((_, i) => vectors[i - (i % 2)]!) : vectors;
}

/** Each unit vector moved along its gradient on the sphere, by `width` radians for all of them together. */
function rotated(
  vectors: readonly Float64Array[],
  gradients: readonly Float64Array[],
  width: number,
): Float64Array[] {
  const tangents = vectors.map((vector, i) => {
    const tangent = Float64Array.from(gradients[i]!);
    addScaled(tangent, -inner(vector, tangent), vector);
    return tangent;
  });
  const length = Math.hypot(...tangents.map(norm));
  if (length === 0) return [...vectors];
  return vectors.map((vector, i) => {
    const moved = Float64Array.from(vector);
    addScaled(moved, width / length, tangents[i]!);
    return scaled(moved, 1 / norm(moved));
  });
}
