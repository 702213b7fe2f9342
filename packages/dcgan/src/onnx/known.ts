// Arrays whose numbers are known while a model is read: weights, and the shapes that models reckon with.
import { elementCount } from '@blind-demod/arrays';

/** Row-major. Whole numbers are plain numbers; a truth value is 0 or 1; real numbers are float32. */
export interface Known {
  readonly type: 'real' | 'whole' | 'truth';
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

export function known(type: Known['type'], shape: readonly number[], data: ArrayLike<number>): Known {
  if (data.length !== elementCount(shape)) {
    throw new TypeError(`expected ${elementCount(shape)} numbers for [${shape}], got ${data.length}`);
  }
  if (type === 'real')
    return { type, shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
  return { type, shape, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}

/** The largest number of float32. */
export const LARGEST = 3.4028234663852886e38;

/** Entries of an array that a node makes, at most: a larger one comes from a damaged shape, or from no generator. */
const MOST_ENTRIES = 2 ** 28;
/** Numbers that are listed one by one while a model is read. */
const MOST_LISTED = 2 ** 24;

/** @throws TypeError where this is no shape, or one of too many entries */
export function checkCount(shape: readonly number[], most = MOST_ENTRIES): void {
  const count = elementCount(shape);
  const isShape = shape.every(length => Number.isInteger(length) && length >= 0);
  if (!isShape) throw new TypeError(`[${shape}] is no shape`);
  if (count > most)
    throw new TypeError(`it makes [${shape}], ${count} numbers; at most ${most} are supported`);
}

/** The whole numbers from `start` on that are less than `end`. */
export function range(start: number, end: number): number[] {
  const length = Math.max(end - start, 0);
  checkCount([length], MOST_LISTED);
  return Array.from({ length }, (_, index) => start + index);
}

/** A list of whole numbers, as shapes and axes are. */
export const wholes = (numbers: readonly number[]): Known => known('whole', [numbers.length], numbers);

export const isKnown = (value: unknown): value is Known =>
  typeof value === 'object' && value !== null && 'data' in value && 'type' in value;

/** Steps between neighbours along each axis. */
export const stepsOf = (shape: readonly number[]): number[] => {
  const steps: number[] = Array(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) steps[axis] = steps[axis + 1]! * shape[axis + 1]!;
  return steps;
};

/** An array of `shape` whose entry at each place is that of `data` at offset + place · steps. */
function gathered(
  { type, data }: Known,
  shape: readonly number[],
  steps: readonly number[],
  offset = 0,
): Known {
  checkCount(shape, MOST_LISTED);
  const result = new (type === 'real' ? Float32Array : Float64Array)(elementCount(shape));
  const place: number[] = Array(shape.length).fill(0);
  let from = offset;
  for (let index = 0; index < result.length; index++) {
    result[index] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++place[axis]! < shape[axis]!) break;
      from -= steps[axis]! * shape[axis]!;
      place[axis] = 0;
    }
  }
  return { type, shape, data: result };
}

export const reshapeKnown = ({ type, data }: Known, shape: readonly number[]): Known =>
  known(type, shape, data);

export function transposeKnown(array: Known, permutation: readonly number[]): Known {
  const steps = stepsOf(array.shape);
  return gathered(
    array,
    permutation.map(axis => array.shape[axis]!),
    permutation.map(axis => steps[axis]!),
  );
}

/** array repeated to `shape`, by NumPy's rules. */
export function expandKnown(array: Known, shape: readonly number[]): Known {
  const missing = shape.length - array.shape.length;
  const steps = stepsOf(array.shape);
  const along = shape.map((_, axis) =>
    axis < missing || array.shape[axis - missing] === 1 ? 0 : steps[axis - missing]!,
  );
  return gathered(array, shape, along);
}

/** The entries of these numbers along an axis. */
export function takeKnown(array: Known, axis: number, numbers: readonly number[]): Known {
  const inner = elementCount(array.shape.slice(axis + 1));
  const outer = elementCount(array.shape.slice(0, axis));
  const length = array.shape[axis]!;
  const data = new (array.type === 'real' ? Float32Array : Float64Array)(outer * numbers.length * inner);
  for (let block = 0; block < outer; block++) {
    for (const [place, number] of numbers.entries()) {
      const from = (block * length + number) * inner;
      data.set(array.data.subarray(from, from + inner), (block * numbers.length + place) * inner);
    }
  }
  return { type: array.type, shape: array.shape.with(axis, numbers.length), data };
}

export function concatKnown(arrays: readonly Known[], axis: number): Known {
  const { type, shape } = arrays[0]!;
  const length = arrays.reduce((sum, array) => sum + array.shape[axis]!, 0);
  const outer = elementCount(shape.slice(0, axis));
  const data = new (type === 'real' ? Float32Array : Float64Array)(
    arrays.reduce((sum, array) => sum + array.data.length, 0),
  );
  let to = 0;
  for (let block = 0; block < outer; block++) {
    for (const array of arrays) {
      const size = array.data.length / outer;
      data.set(array.data.subarray(block * size, (block + 1) * size), to);
      to += size;
    }
  }
  return { type, shape: shape.with(axis, length), data };
}

/** `f` of the entries of arrays that broadcast. */
export function mapKnown(
  type: Known['type'],
  arrays: readonly Known[],
  f: (...entries: number[]) => number,
): Known {
  const shape = broadcast(arrays.map(array => array.shape));
  const whole = arrays.map(array => (`${array.shape}` === `${shape}` ? array : expandKnown(array, shape)));
  const data = Float64Array.from({ length: elementCount(shape) }, (_, index) =>
    f(...whole.map(array => array.data[index]!)),
  );
  return known(type, shape, data);
}

/** array with its axes folded by `f` of lists of entries; the axes stay, of length one. */
export function reduceKnown(
  array: Known,
  axes: readonly number[],
  f: (entries: readonly number[]) => number,
): Known {
  const kept = array.shape.map((_, axis) => axis).filter(axis => !axes.includes(axis));
  const sorted = transposeKnown(array, [...kept, ...axes]);
  const count = elementCount(axes.map(axis => array.shape[axis]!));
  const shape = array.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const data = Array.from({ length: elementCount(shape) }, (_, index) =>
    f([...sorted.data.subarray(index * count, (index + 1) * count)]),
  );
  return known(array.type, shape, data);
}

/** The shape of an elementwise operation over `shapes` (NumPy's rules). @throws TypeError if they do not fit. */
export function broadcast(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map(shape => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map(shape => shape[axis - rank + shape.length] ?? 1);
    const size = sizes.find(s => s !== 1) ?? 1;
    if (sizes.some(s => s !== 1 && s !== size)) {
      throw new TypeError(`shapes ${shapes.map(s => `[${s}]`).join(' and ')} do not broadcast`);
    }
    return size;
  });
}

const made = new WeakMap<Known, Map<string, Known>>();

/** What `make` makes of an array, once: the same array each time, by which programs recognise it. */
export function derived(array: Known, key: string, make: () => Known): Known {
  const before = made.get(array) ?? new Map<string, Known>();
  made.set(array, before);
  const result = before.get(key) ?? make();
  before.set(key, result);
  return result;
}
