// Images cut into overlapping tiles, by which convolutions become matrix products. The filter is twice as long as its
// stride, so that of each phase of the image (its pixels one stride apart) it has two taps.
//
// Images are here [height, width, batch, channels]: a step along an axis is then a product by a small constant matrix.
import type { Graph, Value } from '../graph.js';
import type { Windows } from './window.js';

export type Matrix = readonly (readonly number[])[];

export const transposed = (matrix: Matrix): Matrix =>
  matrix[0]!.map((_, column) => matrix.map(row => row[column]!));

/** The matrix of this weight at each place of a grid of rows and one of columns. */
export function matrix<const Rows extends readonly number[], const Columns extends readonly number[]>(
  rows: Rows,
  columns: Columns,
  weight: (row: Rows, column: Columns) => number,
): Matrix {
  const places = (grid: readonly number[]): number[][] =>
    grid.reduce<number[][]>(
      (all, length) => all.flatMap(place => [...Array(length).keys()].map(i => [...place, i])),
      [[]],
    );
  return places(rows).map(row =>
    places(columns).map(column => weight(row as unknown as Rows, column as unknown as Columns)),
  );
}

/** Neighbouring results of a convolution that are made together, and the transform of the pixels of a phase under them. */
export interface Tiling {
  readonly tile: number;
  /** A row for each point, a column for each of tile + 1 pixels. */
  readonly ofImage: Matrix;
}

const constants = new Map<string, { readonly data: Float32Array; readonly shape: readonly number[] }>();

/** The matrix of this name as a constant of the graph, the same one each time. */
export function matrixOf(graph: Graph, name: string, make: () => Matrix): Value {
  if (!constants.has(name)) {
    const matrix = make();
    constants.set(name, {
      data: Float32Array.from(matrix.flat()),
      shape: [matrix.length, matrix[0]!.length],
    });
  }
  const { data, shape } = constants.get(name)!;
  return graph.constant(data, shape, 'float32');
}

/** The transform of an axis of so many pixels: a row for each of [point, tile, phase]. */
function alongAxis(length: number, stride: number, pad: number, { tile, ofImage }: Tiling): Matrix {
  const steps = (length / stride / tile) * stride;
  return ofImage.flatMap(weights =>
    Array.from({ length: steps }, (_, step) => {
      const first = stride * tile * Math.floor(step / stride) + (step % stride) - pad;
      return Array.from({ length }, (_, pixel) => weights[(pixel - first) / stride] ?? 0);
    }),
  );
}

/**
 * Whether a layer is worth it, as measured. It is by the numbers in a line of its image, channels times pixels, which are the
 * same for all layers of a network that doubles images and halves channels: one that is products in part moves axes in
 * between. Constant filters ONNX Runtime has in an order of its own, which is faster.
 */
export const isWorth = (batch: number, line: number, filterVaries: boolean): boolean =>
  filterVaries ? batch >= 8 && line >= 512 : batch >= 16 && line >= 2048;

/** Whether convolutions with such windows, and their gradients, can be made by tiles. */
export const canBeTiled = (graph: Graph, at: Windows, { tile }: Tiling): boolean =>
  graph.strengths.fastProducts === true &&
  at.image.length === 2 &&
  at.strides[0] === at.strides[1] &&
  at.window.every((length, axis) => length === 2 * at.strides[axis]!) &&
  at.dilations.every(dilation => dilation === 1) &&
  at.result.every((length, axis) => length % tile === 0 && length * at.strides[axis]! === at.image[axis]);

/** How images of a convolution become tiles, and the adjoint. */
export function tilesOf(
  graph: Graph,
  { batch, inChannels, image, result, strides, pads }: Windows,
  tiling: Tiling,
) {
  const [height, width] = image as [number, number];
  const stride = strides[0]!;
  const points = tiling.ofImage.length;
  const [down, across] = result.map(length => length / tiling.tile) as [number, number];
  const [rows, columns] = [points * down * stride, points * across * stride];
  const pixels = batch * inChannels;
  const line = width * pixels;
  const matrix = (axis: 0 | 1, adjoint: boolean) => {
    const [length, pad] = [image[axis]!, pads[axis]!];
    return matrixOf(graph, `axis ${[points, length, stride, pad, adjoint]}`, () => {
      const along = alongAxis(length, stride, pad, tiling);
      return adjoint ? transposed(along) : along;
    });
  };
  const product = (a: Value, b: Value, shape: readonly number[]) =>
    graph.node('MatMul', [a, b], shape, 'float32');
  return {
    down,
    across,
    /** [height, width, a, b] as [point, tile, phase, point, tile, phase, a, b], rows first. */
    cut: (value: Value): Value => {
      const first = product(matrix(0, false), graph.reshape(value, [height, line]), [rows, line]);
      const lines = graph.reshape(first, [rows, width, pixels]);
      const both = product(matrix(1, false), lines, [rows, columns, pixels]);
      return graph.reshape(both, [points, down, stride, points, across, stride, ...value.shape.slice(2)]);
    },
    /** The adjoint of `cut`. */
    join: (value: Value): Value => {
      const both = graph.reshape(value, [rows, columns, pixels]);
      const lines = product(matrix(1, true), both, [rows, width, pixels]);
      const first = product(matrix(0, true), graph.reshape(lines, [rows, line]), [height, line]);
      return graph.reshape(first, [height, width, ...value.shape.slice(6)]);
    },
  };
}
