// Pools: the greatest or the mean number of each window of an image, and their gradients.
import { type Graph, sameShape, sizeOf, type Value } from '../graph.js';
import { cast } from './elementwise.js';
import { forTypes, type Kernel, type KernelTable } from './kernel.js';
import { expectResult, type WindowAttributes, type Windows, windowsOf } from './window.js';

type PoolAttributes = WindowAttributes & { filterSize: number | number[] };

/** The windows of a pool of images [batch, …, channels]. */
function windowsOfPool(imageShape: readonly number[], { filterSize, ...attrs }: PoolAttributes): Windows {
  const lengths = typeof filterSize === 'number' ? imageShape.slice(2).map(() => filterSize) : filterSize;
  const channels = imageShape.at(-1)!;
  return windowsOf(imageShape, [...lengths, channels, channels], { ...attrs, dilations: 1 });
}

/** The pixels along one axis of the image that each window has; none where it lies in the padding. */
const pixelsOf = ({ image, result, window, strides, pads }: Windows, axis: number): number[][] =>
  Array.from({ length: result[axis]! }, (_, i) => {
    const start = i * strides[axis]! - pads[axis]!;
    const pixels = Array.from({ length: window[axis]! }, (_, tap) => start + tap);
    return pixels.filter(pixel => pixel >= 0 && pixel < image[axis]!);
  });

/** For each number below `count` the places of the lists, counted through, that have it. */
function placesOf(lists: readonly (readonly number[])[], count: number): number[][] {
  const places: number[][] = Array.from({ length: count }, () => []);
  const longest = longestOf(lists);
  for (const [i, list] of lists.entries()) {
    for (const [j, number] of list.entries()) places[number]!.push(i * longest + j);
  }
  return places;
}

const longestOf = (lists: readonly (readonly number[])[]): number =>
  Math.max(1, ...lists.map(({ length }) => length));

/** The elements of an axis by lists of their numbers, as two axes [list, position]; short lists end with `filler`. */
function readLists(
  graph: Graph,
  x: Value,
  axis: number,
  lists: readonly (readonly number[])[],
  filler: number,
): Value {
  const [length, longest] = [x.shape[axis]!, longestOf(lists)];
  // What fills the lists is one element more, behind the last.
  const numbers = lists.flatMap(list => [...list, ...Array(longest - list.length).fill(length)]);
  const pads = graph.integers([...x.shape.map(() => 0), ...x.shape.map((_, a) => (a === axis ? 1 : 0))]);
  const source = numbers.includes(length)
    ? graph.node('Pad', [x, pads, graph.filled(filler, [], x.dtype)], x.shape.with(axis, length + 1), x.dtype)
    : x;
  const shape = x.shape.with(axis, numbers.length);
  const read = graph.node('Gather', [source, graph.integers(numbers)], shape, x.dtype, { axis });
  return graph.reshape(read, x.shape.toSpliced(axis, 1, lists.length, longest));
}

/** The sum of each list of elements of an axis. */
function sumLists(graph: Graph, x: Value, axis: number, lists: readonly (readonly number[])[]): Value {
  const read = readLists(graph, x, axis, lists, 0);
  return reduceAxis(graph, 'ReduceSum', read, axis + 1);
}

function reduceAxis(graph: Graph, operator: 'ReduceSum' | 'ReduceMax', x: Value, axis: number): Value {
  const shape = x.shape.toSpliced(axis, 1);
  if (x.shape[axis] === 1) return graph.reshape(x, shape);
  return graph.node(operator, [x, graph.integers([axis])], shape, x.dtype, { keepdims: 0 });
}

/** One over the number of pixels of each window along one axis, with `ofNone` where there are none. */
function shares(graph: Graph, at: Windows, axis: number, ofNone: number): Value {
  const numbers = pixelsOf(at, axis).map(({ length }) => (length > 0 ? 1 / length : ofNone));
  const shape = [...at.image.map((_, other) => (other === axis ? numbers.length : 1)), 1];
  return graph.constant(Float32Array.from(numbers), shape, 'float32');
}

/** ONNX' pool, for real numbers; others and windows that may lie in the padding it does not take. */
const poolOr =
  (operator: 'MaxPool' | 'AveragePool', otherwise: (graph: Graph, x: Value, at: Windows) => Value): Kernel =>
  ({ graph, inputs, attrs }) => {
    const x = inputs.x!;
    const at = windowsOfPool(x.shape, attrs);
    // TensorFlow.js' windows of one pixel that leave the shape as it is leave the image too, wherever they lie.
    if (at.window.every(length => length === 1) && sameShape(at.outShape, x.shape)) return x;
    if (sizeOf(at.outShape) === 0) return graph.filled(0, at.outShape, x.dtype);
    const { window, strides, pads } = at;
    const isFilled = pads.every((length, i) => length < window[i % window.length]!);
    if (x.dtype !== 'float32' || !isFilled) return otherwise(graph, x, at);
    const image = at.toChannelsFirst(graph, x);
    const shape = [at.batch, at.outChannels, ...at.result];
    const attributes = { kernel_shape: window, strides, pads };
    return at.fromChannelsFirst(graph, graph.node(operator, [image], shape, 'float32', attributes));
  };

/** The greatest of each window along one axis after the other; of none the least number there is. */
const greatestByAxes = (graph: Graph, x: Value, at: Windows): Value => {
  const least = x.dtype === 'int32' ? -(2 ** 31) : -Infinity;
  return at.image.reduce((value, _, i) => {
    const read = readLists(graph, value, i + 1, pixelsOf(at, i), least);
    return reduceAxis(graph, 'ReduceMax', read, i + 2);
  }, x);
};

/** The mean of each window along one axis after the other; of none it is no number in two axes, and zero in three. */
const meanByAxes = (graph: Graph, x: Value, at: Windows): Value =>
  at.image.reduce((value, _, i) => {
    const sums = sumLists(graph, value, i + 1, pixelsOf(at, i));
    const factors = shares(graph, at, i, at.image.length === 2 ? Number.NaN : 0);
    return graph.elementwise('Mul', [sums, factors], 'float32');
  }, x);

/** The gradient of each window, shared out among its pixels along one axis after the other. */
const gradientOfMean: Kernel = ({ graph, inputs, attrs }) => {
  const { dy, input } = inputs as { dy: Value; input: Value };
  const at = windowsOfPool(input.shape, attrs);
  expectResult(dy, at);
  if (sizeOf(dy.shape) === 0) return graph.filled(0, input.shape, 'float32');
  return at.image.reduce((gradient, length, i) => {
    const shared = graph.elementwise('Mul', [gradient, shares(graph, at, i, 0)], 'float32');
    const windows = pixelsOf(at, i);
    const covering = Array.from({ length }, (_, pixel) =>
      windows.flatMap((pixels, window) => (pixels.includes(pixel) ? [window] : [])),
    );
    return sumLists(graph, shared, i + 1, covering);
  }, dy);
};

/**
 * The gradient of each window goes to one of its greatest numbers, the first in two axes and the last in three, as on
 * `js`: windows are read in full, all but that number's place set to zero, and summed up where they came from.
 */
const gradientOfGreatest: Kernel = ({ graph, inputs, attrs }) => {
  const { dy, input } = inputs as { dy: Value; input: Value };
  const at = windowsOfPool(input.shape, attrs);
  expectResult(dy, at);
  if (sizeOf(dy.shape) === 0) return graph.filled(0, input.shape, 'float32');
  const axes = at.image.map((_, axis) => axis);
  const lists = axes.map(axis => pixelsOf(at, axis));
  const read = axes.reduce(
    (value, axis) => readLists(graph, value, 1 + 2 * axis, lists[axis]!, -Infinity),
    input,
  );
  // From [batch, rows, taps, columns, taps, channels] to [batch, rows, columns, all taps, channels], and back.
  const windows = axes.map(axis => 1 + 2 * axis);
  const apart = [0, ...windows, ...windows.map(axis => axis + 1), read.shape.length - 1];
  const together = apart.map((_, axis) => apart.indexOf(axis));
  const sorted = graph.transpose(read, apart);
  const count = sizeOf(sorted.shape.slice(windows.length + 1, -1));
  const taps = graph.reshape(sorted, [at.batch, ...at.result, count, at.outChannels]);
  const axis = windows.length + 1;
  const place = graph.node('ArgMax', [taps], taps.shape.with(axis, 1), 'int64', {
    axis,
    select_last_index: axes.length === 2 ? 0 : 1,
  });
  const numbers = graph.constant(
    Int32Array.from({ length: count }, (_, i) => i),
    [count, 1],
    'int32',
  );
  const chosen = graph.elementwise('Equal', [cast(graph, place, 'int32'), numbers], 'bool');
  const zero = graph.filled(0, [], 'float32');
  const gradients = graph.reshape(dy, place.shape);
  const given = graph.elementwise('Where', [chosen, gradients, zero], 'float32');
  const whole = graph.transpose(graph.reshape(given, sorted.shape), together);
  return axes.reduce((value, axis) => {
    const merged = [value.shape[1 + axis]! * value.shape[2 + axis]!];
    const flat = graph.reshape(value, value.shape.toSpliced(1 + axis, 2, ...merged));
    return sumLists(graph, flat, 1 + axis, placesOf(lists[axis]!, at.image[axis]!));
  }, whole);
};

export const poolKernels: KernelTable = {
  ...forTypes(['float32', 'int32'], { MaxPool: poolOr('MaxPool', greatestByAxes) }),
  ...forTypes(['float32'], {
    MaxPool3D: poolOr('MaxPool', greatestByAxes),
    AvgPool: poolOr('AveragePool', meanByAxes),
    AvgPool3D: poolOr('AveragePool', meanByAxes),
    MaxPoolGrad: gradientOfGreatest,
    MaxPool3DGrad: gradientOfGreatest,
    AvgPoolGrad: gradientOfMean,
    AvgPool3DGrad: gradientOfMean,
  }),
};
