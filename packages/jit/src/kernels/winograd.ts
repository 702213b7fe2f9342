// Convolutions by fewer multiplications (Winograd 1980; Lavin and Gray 2016). Along an axis, four neighbouring results of two
// taps take eight products, and five do: those of the transformed image by the transformed filter, of which the results are
// transforms. In two axes that is 25 matrix products in place of 64. The gradients are the adjoints.
import { type Graph, sizeOf, type Value } from '../graph.js';
import { canBeTiled, isWorth, type Matrix, matrix, matrixOf, tilesOf, transposed } from './tiles.js';
import type { Windows } from './window.js';

// Polynomials of degree 1 and 3 are multiplied by their values at 0, 1, −1, 2 and ∞: `OF_FILTER` and `OF_RESULT` evaluate
// them, and the transpose of `ofImage` interpolates. A convolution is the adjoint of such a product.
const OF_FILTER = [
  [1, 0],
  [1, 1],
  [1, -1],
  [1, 2],
  [0, 1],
];
const OF_RESULT = [
  [1, 0, 0, 0],
  [1, 1, 1, 1],
  [1, -1, 1, -1],
  [1, 2, 4, 8],
  [0, 0, 0, 1],
];
const TILING = {
  tile: 4,
  ofImage: [
    [1, -1 / 2, -1, 1 / 2, 0],
    [0, 1, 1 / 2, -1 / 2, 0],
    [0, -1 / 3, 1 / 2, -1 / 6, 0],
    [0, -1 / 6, 0, 1 / 6, 0],
    [0, 2, -1, -2, 1],
  ],
};
const POINTS = OF_FILTER.length;

/**
 * Whether it is faster. `varies` tells whether the filters do. A pixel's transform takes as many multiplications as a side is
 * long, and spares about as many as there are channels.
 */
export const worthWinograd = (graph: Graph, at: Windows, varies: boolean): boolean =>
  canBeTiled(graph, at, TILING) &&
  isWorth(at.batch, at.image[1]! * Math.min(at.inChannels, at.outChannels), varies) &&
  Math.max(...at.image) <= at.outChannels;

/** The product by a matrix along each of two axes that are laid out one after the other. */
const alongBoth = (matrix: Matrix): Matrix =>
  matrix.flatMap(down => matrix.map(across => down.flatMap(a => across.map(b => a * b))));

/** Of a filter's taps along an axis, this one at this point of this phase. */
const weightOf = (stride: number, point: number, phase: number, tap: number): number =>
  tap % stride === phase ? OF_FILTER[point]![Math.floor(tap / stride)]! : 0;

/** The transform of filters in two axes: a row for each [point, point, phase, phase], a column for each tap. */
const ofFilter = (stride: number): Matrix =>
  matrix(
    [POINTS, POINTS, stride, stride],
    [2 * stride, 2 * stride],
    ([a, b, p, q], [down, across]) => weightOf(stride, a, p, down) * weightOf(stride, b, q, across),
  );

/** Its adjoint in two steps. Across: from [point, phase, phase] to [phase, tap]. */
const toTapsAcross = (stride: number): Matrix =>
  matrix([stride, 2 * stride], [POINTS, stride, stride], ([phase, across], [b, p, q]) =>
    p === phase ? weightOf(stride, b, q, across) : 0,
  );

/** Down: from [point, phase, tap], which are rows here, to [tap, tap]. */
const toTapsDown = (stride: number): Matrix =>
  matrix([POINTS, stride, 2 * stride], [2 * stride, 2 * stride], ([a, p, tap], [down, across]) =>
    tap === across ? weightOf(stride, a, p, down) : 0,
  );

/**
 * A convolution and its gradients. In the products images are [points, tiles · batch, in of each phase], results
 * [points, tiles · batch, out] and filters [points, in of each phase, out].
 */
export function winograd(graph: Graph, at: Windows) {
  const { batch, inChannels, outChannels } = at;
  const { cut, join, down, across } = tilesOf(graph, at, TILING);
  const { tile } = TILING;
  const [stride] = at.strides as [number];
  const [points, tiles, phases] = [POINTS ** 2, down * across * batch, stride ** 2];
  const [depth, filters, taps] = [phases * inChannels, inChannels * outChannels, sizeOf(at.window)];

  const product = (a: Value, b: Value, shape: readonly number[]) =>
    graph.node('MatMul', [a, b], shape, 'float32');
  const swapped = (value: Value) => graph.transpose(value, [0, 2, 1]);

  const ofImage = (image: Value): Value => {
    const apart = cut(graph.transpose(image, [2, 3, 0, 1]));
    return graph.reshape(graph.transpose(apart, [0, 3, 1, 4, 6, 2, 5, 7]), [points, tiles, depth]);
  };
  const toImage = (value: Value): Value => {
    const apart = graph.reshape(value, [POINTS, POINTS, down, across, batch, stride, stride, inChannels]);
    return graph.transpose(join(graph.transpose(apart, [0, 2, 5, 1, 3, 6, 4, 7])), [2, 3, 0, 1]);
  };

  const [pixels, placed] = [tile ** 2, tiles * outChannels];
  const ofResult = (result: Value): Value => {
    const grid = [down, tile, across, tile, batch, outChannels];
    const apart = graph.transpose(
      graph.reshape(graph.transpose(result, [2, 3, 0, 1]), grid),
      [1, 3, 0, 2, 4, 5],
    );
    const transform = matrixOf(graph, 'result', () => alongBoth(OF_RESULT));
    const values = product(transform, graph.reshape(apart, [pixels, placed]), [points, placed]);
    return graph.reshape(values, [points, tiles, outChannels]);
  };
  const toResult = (value: Value): Value => {
    const transform = matrixOf(graph, 'to result', () => transposed(alongBoth(OF_RESULT)));
    const values = product(transform, graph.reshape(value, [points, placed]), [pixels, placed]);
    const apart = graph.reshape(values, [tile, tile, down, across, batch, outChannels]);
    const image = graph.reshape(graph.transpose(apart, [2, 0, 3, 1, 4, 5]), [
      ...at.result,
      batch,
      outChannels,
    ]);
    return graph.transpose(image, [2, 3, 0, 1]);
  };

  const ofFilters = (filter: Value): Value => {
    const transform = matrixOf(graph, `filter ${stride}`, () => ofFilter(stride));
    const flat = graph.reshape(graph.transpose(filter, [1, 0, 2, 3]), [filters, taps]);
    const transposed = { transA: 0, transB: 1 };
    const values = graph.node('Gemm', [transform, flat], [points * phases, filters], 'float32', transposed);
    return graph.reshape(values, [points, depth, outChannels]);
  };
  const toFilters = (value: Value): Value => {
    const across = matrixOf(graph, `taps across ${stride}`, () => toTapsAcross(stride));
    const down = matrixOf(graph, `taps down ${stride}`, () => toTapsDown(stride));
    const apart = graph.reshape(value, [POINTS, POINTS * phases, filters]);
    const first = product(across, apart, [POINTS, 2 * phases, filters]);
    const flat = graph.reshape(first, [POINTS * 2 * phases, filters]);
    const both = graph.node('Gemm', [flat, down], [filters, taps], 'float32', { transA: 1, transB: 0 });
    const whole = graph.reshape(both, [inChannels, outChannels, ...at.window]);
    return graph.settled(graph.transpose(whole, [1, 0, 2, 3]));
  };

  return {
    /** Of images [batch, in, height, width] by filters [out, in, height, width]. */
    convolution: (image: Value, filter: Value): Value =>
      toResult(product(ofImage(image), ofFilters(filter), [points, tiles, outChannels])),
    imageGradient: (result: Value, filter: Value): Value =>
      toImage(product(ofResult(result), swapped(ofFilters(filter)), [points, tiles, depth])),
    filterGradient: (image: Value, result: Value): Value =>
      toFilters(product(swapped(ofImage(image)), ofResult(result), [points, depth, outChannels])),
  };
}
