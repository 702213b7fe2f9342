// Images cut into overlapping tiles, by which convolutions become matrix products. The filter is twice as long as its
// stride, so that of each phase of the image (its pixels one stride apart) it has two taps.
//
// Images are here [phase, row, phase, column, batch, channels]: of each axis the pixels one stride apart lie together. A step
// along an axis is then a product of each phase by a small constant matrix.
import type { Graph, Value } from '../graph.js';
import { placesOf } from '../layout.js';
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
  return placesOf(rows).map(row =>
    placesOf(columns).map(column => weight(row as unknown as Rows, column as unknown as Columns)),
  );
}

/** Neighbouring results that are made together by fewer multiplications. */
export const TILE = 4;

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

/** The transform of an axis of so many pixels: for each phase a row for each of [point, tile] and a column for each pixel. */
function alongAxis(length: number, stride: number, pad: number, { tile, ofImage }: Tiling): Matrix[] {
  const pixels = length / stride;
  return Array.from({ length: stride }, (_, phase) =>
    ofImage.flatMap(weights =>
      Array.from({ length: pixels / tile }, (_, number) => {
        // Of the pixels of this phase the first under the tile; the padding in front counts.
        const first = tile * number - Math.floor((phase + pad) / stride);
        return Array.from({ length: pixels }, (_, pixel) => weights[pixel - first] ?? 0);
      }),
    ),
  );
}

/** The tap of a filter, of those within a stride, that lies on this phase of the image. */
export const tapOn = (phase: number, stride: number, pad: number): number => (phase + pad) % stride;

/** Images [batch, channels, height, width] by the phases of their axes. */
export function byPhases(graph: Graph, image: Value, stride: number): Value {
  const [batch, channels, height, width] = image.shape as [number, number, number, number];
  const apart = [batch, channels, height / stride, stride, width / stride, stride];
  return graph.transpose(graph.reshape(image, apart), [3, 2, 5, 4, 0, 1]);
}

/** The inverse. */
export function fromPhases(graph: Graph, value: Value): Value {
  const [down, rows, across, columns, batch, channels] = value.shape as [number, ...number[]];
  const image = [batch!, channels!, rows! * down, columns! * across!];
  return graph.reshape(graph.transpose(value, [4, 5, 1, 0, 3, 2]), image);
}

/** The stride by whose phases a result is laid out: that of its layer, if the next one can be made by tiles, too. */
export const phasesOfResult = ({ result, strides }: Windows): number =>
  result.every(length => length % (TILE * strides[0]!) === 0) ? strides[0]! : 1;

/**
 * Whether a layer is worth it, as measured. It is by the numbers in a line of its image, channels times pixels, which are the
 * same for all layers of a network that doubles images and halves channels: one that is products in part moves axes in
 * between.
 */
export function isWorth(batch: number, line: number, filter: FilterKind): boolean {
  if (filter === 'constant') return batch >= 16 && batch * line >= 32_768;
  return batch >= 8 && line >= 512;
}

/**
 * Filters that vary from run to run; constant ones, which ONNX Runtime has in an order of its own; and those of them that another
 * convolution of the program multiplies by already, in the order of axes that goes with it.
 */
export type FilterKind = 'varies' | 'constant' | 'multiplied';

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
  const stride = strides[0]!;
  const points = tiling.ofImage.length;
  const [rows, columns] = image.map(length => length / stride) as [number, number];
  const [down, across] = result.map(length => length / tiling.tile) as [number, number];
  const [high, wide] = [points * down, points * across];
  const pixels = batch * inChannels;
  const transform = (axis: 0 | 1, adjoint: boolean) => {
    const [length, pad] = [image[axis]!, pads[axis]!];
    const name = `axis ${[points, length, stride, pad, adjoint]}`;
    const matrices = () => {
      const along = alongAxis(length, stride, pad, tiling);
      return adjoint ? along.map(transposed) : along;
    };
    const stack = matrixOf(graph, name, () => matrices().flat());
    return graph.reshape(stack, [stride, stack.shape[0]! / stride, stack.shape[1]!]);
  };
  const product = (a: Value, b: Value, shape: readonly number[]) =>
    graph.node(
      'MatMul',
      [a, graph.reshape(b, [...shape.slice(0, -2), a.shape.at(-1)!, shape.at(-1)!])],
      shape,
      'float32',
    );
  return {
    down,
    across,
    /** [phase, row, phase, column, a, b] as [phase, point, tile, phase, point, tile, a, b], rows first. */
    cut: (value: Value): Value => {
      const lines = product(transform(0, false), value, [stride, high, stride * columns * pixels]);
      const both = product(transform(1, false), lines, [stride * high, stride, wide, pixels]);
      return graph.reshape(both, [stride, points, down, stride, points, across, ...value.shape.slice(4)]);
    },
    /** The adjoint of `cut`. */
    join: (value: Value): Value => {
      const lines = product(transform(1, true), value, [stride * high, stride, columns, pixels]);
      const both = product(transform(0, true), lines, [stride, rows, stride * columns * pixels]);
      return graph.reshape(both, [stride, rows, stride, columns, ...value.shape.slice(6)]);
    },
  };
}
