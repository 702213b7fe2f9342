// Operators that move, cut, join or repeat, and those that make shapes and constants.
import { elementCount } from '@blind-demod/arrays';
import { broadcast, isKnown, known, range, wholes } from '../known.js';
import { axisOf, type Call, type Operator, type OperatorTable } from '../operator.js';
import {
  checkAxis,
  concat,
  expand,
  Refusal,
  reshape,
  shapeOf,
  take,
  transpose,
  type Value,
} from '../value.js';

const reshapeTo: Operator = call => {
  const shape = call.shape(0);
  const target = call.settings('shape', 1);
  if (target === undefined) throw new Refusal('it has no shape');
  const copied = target.map((length, axis) =>
    length === 0 && !call.number('allowzero', 0) ? (shape[axis] ?? 0) : length,
  );
  const rest = elementCount(shape) / elementCount(copied.filter(length => length !== -1));
  return reshape(
    call.input(0),
    copied.map(length => (length === -1 ? rest : length)),
  );
};

const flatten: Operator = call => {
  const shape = call.shape(0);
  const given = call.number('axis', 1);
  const axis = given < 0 ? given + shape.length : given;
  return reshape(call.input(0), [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis))]);
};

const squeeze: Operator = call => {
  const shape = call.shape(0);
  const axes = call.settings('axes', 1)?.map(axis => axisOf(axis, shape.length));
  const goes = (length: number, axis: number) => (axes ? axes.includes(axis) : length === 1);
  if (axes?.some(axis => shape[axis] !== 1))
    throw new Refusal(`[${shape}] is not one long along axes ${axes}`);
  return reshape(
    call.input(0),
    shape.filter((length, axis) => !goes(length, axis)),
  );
};

const unsqueeze: Operator = call => {
  const shape = call.shape(0);
  const given = call.settings('axes', 1) ?? [];
  const rank = shape.length + given.length;
  const axes = new Set(given.map(axis => axisOf(axis, rank)));
  const rest = shape[Symbol.iterator]();
  return reshape(
    call.input(0),
    range(0, rank).map(axis => (axes.has(axis) ? 1 : (rest.next().value ?? 1))),
  );
};

const transposed: Operator = call => {
  const x = call.input(0);
  return transpose(x, call.list('perm') ?? range(0, shapeOf(x).length).reverse());
};

/** Starts and ends beyond an array are its ends; -1 counts from the last. */
const slice: Operator = call => {
  const shape = call.shape(0);
  const starts = call.settings('starts', 1);
  const ends = call.settings('ends', 2);
  if (!starts || !ends) throw new Refusal('it has no starts or ends');
  const axes = call.settings('axes', 3) ?? range(0, starts.length);
  const steps = call.numbers(4) ?? starts.map(() => 1);
  return axes.reduce((value: Value, given, index) => {
    const axis = axisOf(given, shape.length);
    return take(value, axis, places(shape[axis]!, starts[index]!, ends[index]!, steps[index]!));
  }, call.input(0));
};

function places(length: number, start: number, end: number, step: number): number[] {
  const [least, most] = step > 0 ? [0, length] : [-1, length - 1];
  const place = (number: number) => Math.min(Math.max(number < 0 ? number + length : number, least), most);
  const [from, to] = [place(start), place(end)];
  if (step === 0) throw new Refusal('its step is 0');
  return range(0, Math.ceil((to - from) / step)).map(index => from + index * step);
}

/** The first entries along an axis in reverse order: TensorFlow's exporter flips images by it. */
const reverseSequence: Operator = call => {
  const axis = axisOf(call.number('time_axis', 0), call.shape(0).length);
  // Where all lengths are the same, it makes no difference.
  call.number('batch_axis', 1);
  const [count, ...others] = call.numbers(1)! as [number, ...number[]];
  if (others.some(other => other !== count)) throw new Refusal('lengths that differ are not supported');
  const places = range(0, call.shape(0)[axis]!);
  return take(
    call.input(0),
    axis,
    places.map(place => (place < count ? count - 1 - place : place)),
  );
};

/** By sizes, or into as many parts as there are outputs, the last of which may be shorter. */
const split: Operator = call => {
  const x = call.input(0);
  const shape = shapeOf(x);
  const axis = axisOf(call.number('axis', 0), shape.length);
  const length = shape[axis]!;
  const count = call.number('num_outputs', call.node.outputs.length);
  const equal = Math.ceil(length / count);
  const sizes =
    call.settings('split', 1) ?? range(0, count).map(part => Math.min(equal, length - part * equal));
  if (sizes.reduce((sum, size) => sum + size, 0) !== length)
    throw new Refusal(`it splits an axis of ${length} into ${sizes}`);
  let start = 0;
  return sizes.map(size => {
    const part = take(x, axis, range(start, start + size));
    start += size;
    return part;
  });
};

/** One part of an array (input 1): which one is input 2, the sizes of the parts are input 3. `network.ts` has it take these. */
const sequenceAt: Operator = call => {
  const x = call.input(0);
  const shape = shapeOf(x);
  const axis = axisOf(call.number('axis', 0), shape.length);
  const length = shape[axis]!;
  const given = call.numbers(2);
  const isEqual = given === undefined || call.shape(2).length === 0;
  const size = given?.[0] ?? 1;
  const sizes = isEqual
    ? range(0, Math.ceil(length / size)).map(part => Math.min(size, length - part * size))
    : given;
  const number = axisOf(call.numbers(1)![0]!, sizes.length);
  const start = sizes.slice(0, number).reduce((sum, one) => sum + one, 0);
  const part = take(x, axis, range(start, start + sizes[number]!));
  return given === undefined && !call.number('keepdims', 1) ? reshape(part, shape.toSpliced(axis, 1)) : part;
};

const concatenate: Operator = call => {
  const values = call.inputs.map((_, index) => call.input(index));
  const axis = axisOf(call.number('axis', 0), shapeOf(values[0]!).length);
  return values.length === 1 ? values[0]! : concat(values, axis);
};

const expandTo: Operator = call => expand(call.input(0), broadcast([call.shape(0), call.numbers(1)!]));

/** Repetitions stand along axes of their own, then are counted to the axis behind. */
const tile: Operator = call => {
  const x = call.input(0);
  const shape = shapeOf(x);
  const repeats = call.numbers(1)!;
  if (repeats.every(count => count === 1)) return x;
  if (repeats[0] !== 1) checkAxis(x, 0);
  const first = shape.length > 0 && repeats[0] === 1 ? 1 : 0;
  const apart = shape.flatMap((length, axis) => (axis < first ? [length] : [1, length]));
  const wide = shape.flatMap((length, axis) => (axis < first ? [length] : [repeats[axis]!, length]));
  const whole = shape.map((length, axis) => length * repeats[axis]!);
  return reshape(expand(reshape(x, apart), wide), whole);
};

const shapeOperator: Operator = call => {
  const shape = call.shape(0);
  return wholes(shape.slice(call.number('start', 0), call.number('end', shape.length)));
};

const filled = (call: Call, shape: readonly number[]): Value => {
  const value = call.array('value') ?? known('real', [1], [0]);
  return expand(known(value.type, [], [value.data[0]!]), shape);
};

const counted: Operator = call => {
  const [start, limit, step] = [0, 1, 2].map(index => call.numbers(index)![0]!) as [number, number, number];
  const numbers = range(0, Math.ceil((limit - start) / step)).map(index => start + index * step);
  const first = call.input(0);
  return known(isKnown(first) ? first.type : 'real', [numbers.length], numbers);
};

const constant: Operator = call => {
  const array = call.array('value');
  if (array) return array;
  const [real, whole] = [call.number('value_float'), call.number('value_int')];
  if (real !== undefined) return known('real', [], [real]);
  if (whole !== undefined) return known('whole', [], [whole]);
  const [reals, wholeOnes] = [call.list('value_floats'), call.list('value_ints')];
  if (reals) return known('real', [reals.length], reals);
  if (wholeOnes) return wholes(wholeOnes);
  throw new Refusal('its value is neither numbers nor truth values');
};

const identityMatrix: Operator = call => {
  const [rows, columns] = call.shape(0) as [number, number];
  const offset = call.number('k', 0);
  const entries = range(0, rows * columns).map(index =>
    index % columns === Math.floor(index / columns) + offset ? 1 : 0,
  );
  return known('real', [rows, columns], entries);
};

/** Blocks of channels become blocks of pixels, in the order of depth-column-row or of PyTorch's pixel shuffle. */
const depthToSpace: Operator = call => {
  const [batch, depth, height, width] = imageShape(call);
  const block = call.number('blocksize', 1);
  const channels = depth / block ** 2;
  const isShuffle = call.text('mode', 'DCR') === 'CRD';
  const apart = isShuffle
    ? [batch, channels, block, block, height, width]
    : [batch, block, block, channels, height, width];
  const order = isShuffle ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
  return reshape(transpose(reshape(call.input(0), apart), order), [
    batch,
    channels,
    height * block,
    width * block,
  ]);
};

const spaceToDepth: Operator = call => {
  const [batch, channels, height, width] = imageShape(call);
  const block = call.number('blocksize', 1);
  const apart = [batch, channels, height / block, block, width / block, block];
  return reshape(transpose(reshape(call.input(0), apart), [0, 3, 5, 1, 2, 4]), [
    batch,
    channels * block ** 2,
    height / block,
    width / block,
  ]);
};

function imageShape(call: Call): [number, number, number, number] {
  const shape = call.shape(0);
  if (shape.length !== 4) throw new Refusal(`it expects images of four axes, got [${shape}]`);
  return shape as [number, number, number, number];
}

export const shapeOperators: OperatorTable = {
  Reshape: reshapeTo,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transposed,
  Slice: slice,
  ReverseSequence: reverseSequence,
  Split: split,
  SequenceAt: sequenceAt,
  Concat: concatenate,
  Expand: expandTo,
  Tile: tile,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,

  Shape: shapeOperator,
  Size: call => known('whole', [], [elementCount(call.shape(0))]),
  Constant: constant,
  ConstantOfShape: call => filled(call, call.numbers(0)!),
  Range: counted,
  EyeLike: identityMatrix,
};
