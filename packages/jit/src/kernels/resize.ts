// Resizing of images [batch, height, width, channels], for generators that upsample.
import type { Graph, Value } from '../graph.js';
import { cast } from './elementwise.js';
import { forTypes, type Kernel, type KernelTable } from './kernel.js';
import { multiplyMatrices } from './product.js';

interface KernelAttributes {
  size: [height: number, width: number];
  alignCorners: boolean;
  halfPixelCenters: boolean;
}

/** Where each of `count` positions of a resized axis comes from: `fractions` of the way from `low` to `high`. */
type Sampling = (
  length: number,
  count: number,
  attrs: KernelAttributes,
) => { low: number[]; high: number[]; fractions: number[] };

/** The positions on the axis of `length`, or half a pixel more with half-pixel centres. */
function positions(length: number, count: number, attrs: KernelAttributes): number[] {
  const ends = attrs.alignCorners && count > 1 ? 1 : 0;
  const ratio = (length - ends) / (count - ends);
  return Array.from({ length: count }, (_, i) => ratio * (i + (attrs.halfPixelCenters ? 0.5 : 0)));
}

const nearest: Sampling = (length, count, attrs) => {
  const round = attrs.alignCorners ? Math.round : Math.floor;
  const low = positions(length, count, attrs).map(position => Math.min(round(position), length - 1));
  return { low, high: low, fractions: low.map(() => 0) };
};

const bilinear: Sampling = (length, count, attrs) => {
  const exact = positions(length, count, attrs).map(
    position => position - (attrs.halfPixelCenters ? 0.5 : 0),
  );
  const low = exact.map(position => Math.max(Math.floor(position), 0));
  const high = exact.map(position => Math.min(Math.max(Math.ceil(position), 0), length - 1));
  return { low, high, fractions: exact.map((position, i) => position - low[i]!) };
};

const ROWS = 1;
const COLUMNS = 2;

/** The images with one axis read at the positions `at`. */
const read = (graph: Graph, images: Value, axis: number, at: readonly number[]): Value =>
  graph.node('Gather', [images, graph.integers(at)], images.shape.with(axis, at.length), images.dtype, {
    axis,
  });

const nearestNeighbor: Kernel = ({ graph, inputs, attrs }) =>
  [COLUMNS, ROWS].reduce((images, axis) => {
    const { low } = nearest(images.shape[axis]!, attrs.size[axis - ROWS], attrs);
    return read(graph, images, axis, low);
  }, inputs.images!);

const interpolation: Kernel = ({ graph, inputs, attrs }) =>
  [COLUMNS, ROWS].reduce(
    (images, axis) => {
      const { low, high, fractions } = bilinear(images.shape[axis]!, attrs.size[axis - ROWS], attrs);
      const [first, second] = [low, high].map(at => read(graph, images, axis, at)) as [Value, Value];
      const along = images.shape.map((_, a) => (a === axis ? fractions.length : 1));
      const weights = graph.constant(Float32Array.from(fractions), along, 'float32');
      const difference = graph.elementwise('Sub', [second, first], 'float32');
      const step = graph.elementwise('Mul', [difference, weights], 'float32');
      return graph.elementwise('Add', [first, step], 'float32');
    },
    cast(graph, inputs.images!, 'float32'),
  );

/** The matrix [length, count] that takes what belongs to positions of the resized axis to where they come from. */
function scatter(graph: Graph, { low, high, fractions }: ReturnType<Sampling>, length: number): Value {
  const count = fractions.length;
  const matrix = new Float32Array(length * count);
  for (const [i, fraction] of fractions.entries()) {
    matrix[low[i]! * count + i]! += 1 - fraction;
    matrix[high[i]! * count + i]! += fraction;
  }
  return graph.constant(matrix, [length, count], 'float32');
}

/** The gradient by the images: rows and columns are resized one after the other, so each by a matrix product. */
const gradient =
  (sampling: Sampling): Kernel =>
  ({ graph, inputs, attrs }) => {
    const { images, dy } = inputs as { images: Value; dy: Value };
    const [batch, height, width, channels] = images.shape as [number, number, number, number];
    const [, rows, columns] = dy.shape as [number, number, number];
    const byRows = scatter(graph, sampling(height, rows, attrs), height);
    const byColumns = scatter(graph, sampling(width, columns, attrs), width);
    const wide = multiplyMatrices(graph, byRows, graph.reshape(dy, [batch, rows, columns * channels]));
    const small = multiplyMatrices(
      graph,
      byColumns,
      graph.reshape(wide, [batch * height, columns, channels]),
    );
    return graph.reshape(small, [batch, height, width, channels]);
  };

export const resizeKernels: KernelTable = {
  ...forTypes(['float32', 'int32'], {
    ResizeNearestNeighbor: nearestNeighbor,
    ResizeBilinear: interpolation,
  }),
  ...forTypes(['float32'], {
    ResizeNearestNeighborGrad: gradient(nearest),
    ResizeBilinearGrad: gradient(bilinear),
  }),
};
