// Operators that read or write at places that are numbers: known ones, or those that the code leads to.
import { elementCount } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { flat } from '../flat.js';
import { expandKnown, isKnown, type Known, known, LARGEST, range, stepsOf, wholes } from '../known.js';
import { axisOf, type Call, type Operator, type OperatorTable } from '../operator.js';
import {
  apply,
  checkAxis,
  computed,
  concat,
  elementwise,
  isLifted,
  joint,
  NotLiftable,
  Refusal,
  reshape,
  shapeOf,
  take,
  transpose,
  type Value,
} from '../value.js';
import { maximum, minimum } from './arithmetic.js';

/** The number counted from the front: below zero, numbers count from the end. */
const counted = (number: number, length: number): number => (number < 0 ? number + length : number);

const gather: Operator = call => {
  const [data, indices] = [call.input(0), call.input(1)];
  const shape = shapeOf(data);
  const axis = axisOf(call.number('axis', 0), shape.length);
  const length = shape[axis]!;
  const result = shape.toSpliced(axis, 1, ...shapeOf(indices));
  if (isKnown(indices)) {
    const numbers = Array.from(indices.data, number => counted(number, length));
    return reshape(take(data, axis, numbers), result);
  }
  checkAxis(data, axis);
  if (isLifted(indices) && (isLifted(data) || axis > 0)) throw new NotLiftable('places in a fixed batch');
  const numbers = fromFront(indices.tensor, length);
  return { ...joint([data, indices]), tensor: tf.gather(computed(data).tensor, numbers, axis) };
};

const fromFront = (numbers: Tensor, length: number): Tensor =>
  flat(() => tf.where(tf.less(numbers, 0), tf.add(numbers, tf.scalar(length, 'int32')), numbers));

/**
 * Which entries of an array are read or written: the array has this many rows, and in each row they lie at these places.
 * If possible, the rows are those of the first axis, so that codes stay apart; otherwise the whole array is one row.
 */
interface Places {
  readonly rows: number;
  readonly places: readonly number[];
}

function placesOf(numbers: readonly number[], shape: readonly number[], count: number): Places {
  const wrong = numbers.find(number => !(number >= 0 && number < elementCount(shape)));
  if (wrong !== undefined) throw new Refusal(`there is no entry ${wrong} of [${shape}]`);
  const [rows = 1] = shape;
  const [length, per] = [elementCount(shape.slice(1)), numbers.length / rows];
  const isAlike =
    count === rows &&
    numbers.every((number, index) => number === numbers[index % per]! + Math.floor(index / per) * length) &&
    numbers.slice(0, per).every(number => number < length);
  return isAlike ? { rows, places: numbers.slice(0, per) } : { rows: 1, places: numbers };
}

const inRows = (value: Value, rows: number): Value =>
  reshape(value, [rows, elementCount(shapeOf(value)) / Math.max(rows, 1)]);

/** The entries of these row-major numbers, as an array of `shape`. */
function entriesAt(data: Value, numbers: readonly number[], shape: readonly number[]): Value {
  const { rows, places } = placesOf(numbers, shapeOf(data), shape[0] ?? 1);
  return reshape(take(inRows(data, rows), 1, places), shape);
}

/** How an entry and an update become one, and the update that changes nothing. */
const REDUCTIONS: Readonly<
  Record<string, { readonly f: (a: Tensor, b: Tensor) => Tensor; readonly neutral: number }>
> = {
  add: { f: tf.add, neutral: 0 },
  mul: { f: tf.mul, neutral: 1 },
  max: { f: maximum, neutral: -LARGEST },
  min: { f: minimum, neutral: LARGEST },
};
/** How often one entry is written, at most: each time adds a node to the program. */
const MOST_WRITES = 64;

/** The array with the updates at these row-major numbers. */
function written(data: Value, numbers: readonly number[], updates: Value, reduction: string): Value {
  const shape = shapeOf(data);
  const { rows, places } = placesOf(numbers, shape, shapeOf(updates)[0] ?? 1);
  const [before, after] = [inRows(data, rows), inRows(updates, rows)];
  const length = shapeOf(before)[1]!;
  if (reduction === 'none') {
    const from = range(0, length);
    for (const [index, place] of places.entries()) from[place] = length + index;
    return reshape(take(concat([before, after], 1), 1, from), shape);
  }
  const manner = REDUCTIONS[reduction];
  if (!manner) throw new Refusal(`its reduction "${reduction}" is not supported`);
  const result = writes(after, places, length, manner.neutral).reduce<Value>(
    (value, update) => elementwise(manner.f, value, update),
    before,
  );
  return reshape(result, shape);
}

/**
 * What each entry of a last axis of this length gets of the updates for these places the first time, the second time and
 * so on; `neutral` where it gets nothing. Updates for places beyond are left out.
 */
export function writes(
  updates: Value,
  places: readonly number[],
  length: number,
  neutral: number,
): readonly Value[] {
  const shape = shapeOf(updates);
  const last = shape.length - 1;
  const nothing = expandKnown(known('real', [], [neutral]), shape.with(last, 1));
  const wider = concat([updates, nothing], last);
  return timesOf(places, length).map(from => take(wider, last, from));
}

/** Which update each entry gets the first time, the second time and so on; their number where it gets none. */
function timesOf(places: readonly number[], length: number): number[][] {
  const times: number[][] = [];
  const counts = new Int32Array(length);
  for (const [index, place] of places.entries()) {
    if (place >= length) continue;
    const time = counts[place]!++;
    if (time === MOST_WRITES) throw new Refusal(`it writes more than ${MOST_WRITES} times to one entry`);
    times[time] ??= range(0, length).fill(places.length);
    times[time][place] = index;
  }
  return times;
}

/** The row-major numbers of entries: an array of indices has their place along `axis`; along the others, it is the index's own. */
function numbersAlong(call: Call, axis: number): number[] {
  const shape = call.shape(0);
  const steps = stepsOf(shape);
  const indices = call.numbers(1)!;
  const own = call.shape(1);
  const ownSteps = stepsOf(own);
  if (own.length !== shape.length) throw new Refusal(`its indices are [${own}], and its data [${shape}]`);
  return indices.map((index, entry) =>
    steps.reduce((sum, step, a) => {
      const place = a === axis ? counted(index, shape[a]!) : Math.floor(entry / ownSteps[a]!) % own[a]!;
      return sum + place * step;
    }, 0),
  );
}

/** The row-major numbers of the entries of blocks: behind `batch` shared axes, the last axis of indices says where each begins. */
function numbersOfBlocks(call: Call, batch: number): { numbers: number[]; block: readonly number[] } {
  const [shape, own] = [call.shape(0), call.shape(1)];
  const steps = stepsOf(shape);
  const depth = own.at(-1) ?? 0;
  if (!(depth >= 0 && batch + depth <= shape.length))
    throw new Refusal(`its indices are [${own}], and its data [${shape}]`);
  const block = shape.slice(batch + depth);
  const size = elementCount(block);
  const indices = call.numbers(1)!;
  const perBatch = elementCount(own.slice(batch, -1));
  const numbers = range(0, elementCount(own.slice(0, -1))).map(row => {
    let number = Math.floor(row / perBatch) * elementCount(shape.slice(batch));
    for (let axis = 0; axis < depth; axis++) {
      number += counted(indices[row * depth + axis]!, shape[batch + axis]!) * steps[batch + axis]!;
    }
    return number;
  });
  const all = range(0, numbers.length * size).map(
    entry => numbers[Math.floor(entry / size)]! + (entry % size),
  );
  return { numbers: all, block };
}

const gatherElements: Operator = call => {
  const axis = axisOf(call.number('axis', 0), call.shape(0).length);
  return entriesAt(call.input(0), numbersAlong(call, axis), call.shape(1));
};

const gatherBlocks: Operator = call => {
  const { numbers, block } = numbersOfBlocks(call, call.number('batch_dims', 0));
  return entriesAt(call.input(0), numbers, [...call.shape(1).slice(0, -1), ...block]);
};

const scatterElements: Operator = call => {
  const axis = axisOf(call.number('axis', 0), call.shape(0).length);
  return written(call.input(0), numbersAlong(call, axis), call.input(2), call.text('reduction', 'none'));
};

const scatterBlocks: Operator = call => {
  const { numbers } = numbersOfBlocks(call, 0);
  return written(call.input(0), numbers, call.input(2), call.text('reduction', 'none'));
};

/** Along an axis, or of all entries, those where the condition holds. */
const compress: Operator = call => {
  const given = call.number('axis');
  const x = given === undefined ? reshape(call.input(0), [elementCount(call.shape(0))]) : call.input(0);
  const axis = axisOf(given ?? 0, shapeOf(x).length);
  return take(
    x,
    axis,
    call.numbers(1)!.flatMap((holds, place) => (holds ? [place] : [])),
  );
};

/** The places of what is not zero: a row for each axis. */
const nonZero: Operator = call => {
  const found = call.numbers(0)!.flatMap((value, index) => (value === 0 ? [] : [index]));
  const [shape, steps] = [call.shape(0), stepsOf(call.shape(0))];
  const rows = shape.flatMap((length, axis) =>
    found.map(number => Math.floor(number / steps[axis]!) % length),
  );
  return reshape(wholes(rows), [shape.length, found.length]);
};

/** The place of the largest entry along an axis, the first or the last of several. */
const place =
  (sign: 1 | -1): Operator =>
  call => {
    const x = call.input(0);
    const shape = shapeOf(x);
    const axis = axisOf(call.number('axis', 0), shape.length);
    checkAxis(x, axis);
    const most = (tensor: Tensor) => tf.argMax(sign === 1 ? tensor : tf.neg(tensor), axis);
    const last = (tensor: Tensor) =>
      tf.sub(tf.scalar(shape[axis]! - 1, 'int32'), most(tf.reverse(tensor, axis)));
    const first = call.number('select_last_index', 0) === 0;
    const places = apply(x, tensor => flat(() => (first ? most(tensor) : last(tensor))));
    return call.number('keepdims', 1) ? reshape(places, shape.with(axis, 1)) : places;
  };

/** The largest entries along an axis, or the smallest, in their order, and where they are. */
const topK: Operator = call => {
  const x = call.input(0);
  const shape = shapeOf(x);
  const axis = axisOf(call.number('axis', -1), shape.length);
  checkAxis(x, axis);
  // An attribute before operator set 10.
  const count = call.number('k') ?? call.numbers(1)![0]!;
  const sign = call.number('largest', 1) ? 1 : -1;
  if (!call.number('sorted', 1)) throw new Refusal('entries in no order are not supported');
  const exchange = shape.map((_, a) => (a === axis ? shape.length - 1 : a === shape.length - 1 ? axis : a));
  const last = transpose(x, exchange);
  const places = apply(last, tensor => flat(() => tf.topk(tf.mul(tensor, sign), count, true).indices));
  const values = elementwise(
    (tensor, at) => {
      const hits = flat(() => tf.oneHot(at, shape[axis]!, 1, 0, 'float32'));
      return tf.sum(tf.mul(tf.expandDims(tensor, -2), hits), -1);
    },
    last,
    places,
  );
  return [transpose(values, exchange), transpose(places, exchange)];
};

const oneHot: Operator = call => {
  const indices = call.input(0);
  const depth = call.numbers(1)![0]!;
  const [off, on] = call.numbers(2)! as [number, number];
  const shape = shapeOf(indices);
  const axis = axisOf(call.number('axis', -1), shape.length + 1);
  const order = range(0, shape.length).toSpliced(axis, 0, shape.length);
  return transpose(isKnown(indices) ? rows(indices) : hits(indices.tensor), order);

  function rows({ data }: Known): Value {
    const places = range(0, depth);
    const entries = Array.from(data).flatMap(index =>
      places.map(at => (at === counted(index, depth) ? on : off)),
    );
    return known('real', [...shape, depth], entries);
  }
  function hits(numbers: Tensor): Value {
    const whole = tf.cast(numbers, 'int32');
    return apply(indices, () => flat(() => tf.oneHot(fromFront(whole, depth), depth, on, off, 'float32')));
  }
};

export const indexingOperators: OperatorTable = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherBlocks,
  Scatter: scatterElements,
  ScatterElements: scatterElements,
  ScatterND: scatterBlocks,
  Compress: compress,
  NonZero: nonZero,
  TopK: topK,
  ArgMax: place(1),
  ArgMin: place(-1),
  OneHot: oneHot,
};
