// Where the axes of one shape lie in another with the same elements in the same order, and what a permutation of axes moves.

export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, axis) => size * axis, 1);

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** The lengths of which those of both shapes are products of neighbours, none of them one; undefined where there are none. */
export function commonRefinement(a: readonly number[], b: readonly number[]): number[] | undefined {
  const ends = (shape: readonly number[]) => shape.map((_, axis) => sizeOf(shape.slice(0, axis + 1)));
  const all = [...new Set([1, ...ends(a), ...ends(b)])].sort((before, after) => before - after);
  const lengths = all.slice(1).map((end, i) => end / all[i]!);
  return lengths.every(Number.isInteger) ? lengths : undefined;
}

/** The axes of a finer shape that make up each axis of `shape`. Those of length one are the next axis', or the last one's. */
export function partsOf(shape: readonly number[], fine: readonly number[]): number[][] {
  if (sameShape(shape, fine)) return shape.map((_, axis) => [axis]);
  let next = 0;
  return shape.map((length, axis) => {
    const first = next;
    const isLast = axis === shape.length - 1;
    for (let size = 1; isLast ? next < fine.length : size < length; next++) size *= fine[next]!;
    return Array.from({ length: next - first }, (_, part) => first + part);
  });
}

/** The same permutation of as few axes as possible: those that stay together are one, and those of length one are none. */
export function joined(
  shape: readonly number[],
  permutation: readonly number[],
): { shape: number[]; permutation: number[] } {
  const runs: number[][] = [];
  for (const axis of permutation.filter(axis => shape[axis] !== 1)) {
    const run = runs.at(-1);
    const next = shape.findIndex((length, other) => other > (run?.at(-1) ?? Infinity) && length !== 1);
    if (run && next === axis) run.push(axis);
    else runs.push([axis]);
  }
  const before = runs.toSorted(([a], [b]) => a! - b!);
  return {
    shape: before.map(run => sizeOf(run.map(axis => shape[axis]!))),
    permutation: runs.map(run => before.indexOf(run)),
  };
}

/** The places of a grid of so many along each axis, in the order of its elements. */
export const placesOf = (lengths: readonly number[]): number[][] =>
  lengths.reduce<number[][]>(
    (all, length) => all.flatMap(place => Array.from({ length }, (_, i) => [...place, i])),
    [[]],
  );

/** For each element of the transpose the number of the one that it is before. */
export function sources(shape: readonly number[], permutation: readonly number[]): number[] {
  const steps = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  return permutation.reduce<number[]>(
    (all, axis) =>
      all.flatMap(first => Array.from({ length: shape[axis]! }, (_, i) => first + i * steps[axis]!)),
    [0],
  );
}
