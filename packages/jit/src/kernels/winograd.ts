// Convolutions by fewer multiplications (Winograd 1980; Lavin and Gray 2016). Along an axis, four neighbouring results of two
// taps take eight products, and five do: those of the transformed image by the transformed filter, of which the results are
// transforms. In two axes that is 25 matrix products in place of 64. The gradients are the adjoints.
import { type Graph, sizeOf, type Value } from '../graph.js';
import {
  byPhases,
  canBeTiled,
  type FilterKind,
  fromPhases,
  isWorth,
  type Matrix,
  matrix,
  matrixOf,
  phasesOfResult,
  TILE,
  tapOn,
  tilesOf,
  transposed,
} from './tiles.js';
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
  tile: TILE,
  ofImage: [
    [1, -1 / 2, -1, 1 / 2, 0],
    [0, 1, 1 / 2, -1 / 2, 0],
    [0, -1 / 3, 1 / 2, -1 / 6, 0],
    [0, -1 / 6, 0, 1 / 6, 0],
    [0, 2, -1, -2, 1],
  ],
};
const POINTS = OF_FILTER.length;

/** [pixel, tile, pixel, tile, …] as [pixel, pixel, tile, tile, …], and back. */
const PIXELS_FIRST = [0, 2, 1, 3, 4, 5];

/**
 * Whether it is faster. A pixel's transform takes as many multiplications as a side is long, and spares about as many as there
 * are channels.
 */
export const worthWinograd = (graph: Graph, at: Windows, filter: FilterKind): boolean =>
  canBeTiled(graph, at, TILING) &&
  isWorth(at.batch, at.image[1]! * Math.min(at.inChannels, at.outChannels), filter) &&
  Math.max(...at.image) <= at.outChannels;

/** The product by a matrix along each of two axes that are laid out one after the other. */
const alongBoth = (matrix: Matrix): Matrix =>
  matrix.flatMap(down => matrix.map(across => down.flatMap(a => across.map(b => a * b))));

/** Of a filter's taps along an axis, this one at this point of this phase of the image. */
const weightOf = (stride: number, pad: number, point: number, phase: number, tap: number): number =>
  tap % stride === tapOn(phase, stride, pad) ? OF_FILTER[point]![Math.floor(tap / stride)]! : 0;

/** The transform of filters in two axes: a row for each [point, point, phase, phase], a column for each tap. */
const ofFilter = (stride: number, [top, left]: readonly [number, number]): Matrix =>
  matrix(
    [POINTS, POINTS, stride, stride],
    [2 * stride, 2 * stride],
    ([a, b, p, q], [down, across]) =>
      weightOf(stride, top, a, p, down) * weightOf(stride, left, b, q, across),
  );

/** Its adjoint in two steps. Across: from [point, phase, phase] to [phase, tap]. */
const toTapsAcross = (stride: number, left: number): Matrix =>
  matrix([stride, 2 * stride], [POINTS, stride, stride], ([phase, across], [b, p, q]) =>
    p === phase ? weightOf(stride, left, b, q, across) : 0,
  );

/** Down: from [point, phase, tap], which are rows here, to [tap, tap]. */
const toTapsDown = (stride: number, top: number): Matrix =>
  matrix([POINTS, stride, 2 * stride], [2 * stride, 2 * stride], ([a, p, tap], [down, across]) =>
    tap === across ? weightOf(stride, top, a, p, down) : 0,
  );

/**
 * A convolution and its gradients. In the products images are [points, tiles · batch, in of each phase], results
 * [points, tiles · batch, out] and filters [points, in of each phase, out].
 */
export function winograd(graph: Graph, at: Windows) {
  const { batch, inChannels, outChannels } = at;
  const { cut, join, down, across } = tilesOf(graph, at, TILING);
  const [stride] = at.strides as [number];
  const [top, left] = at.pads as [number, number];
  const [points, tiles, phases] = [POINTS ** 2, down * across * batch, stride ** 2];
  const [depth, filters, taps] = [phases * inChannels, inChannels * outChannels, sizeOf(at.window)];

  const product = (a: Value, b: Value, shape: readonly number[]) =>
    graph.node('MatMul', [a, b], shape, 'float32');
  const swapped = (value: Value) => graph.transpose(value, [0, 2, 1]);

  const ofImage = (image: Value): Value => {
    const apart = cut(byPhases(graph, image, stride));
    const inTiles = graph.settled(graph.transpose(apart, [1, 4, 2, 5, 6, 0, 3, 7]));
    return graph.reshape(inTiles, [points, tiles, depth]);
  };
  const toImage = (value: Value): Value => {
    const apart = graph.reshape(value, [POINTS, POINTS, down, across, batch, stride, stride, inChannels]);
    return fromPhases(graph, join(graph.transpose(apart, [5, 0, 2, 6, 1, 3, 4, 7])));
  };

  const [pixels, placed] = [TILE ** 2, tiles * outChannels];
  const ofResult = (result: Value): Value => {
    const transform = matrixOf(graph, 'result', () => alongBoth(OF_RESULT));
    const apart = graph.reshape(graph.transpose(byPhases(graph, result, TILE), PIXELS_FIRST), [
      pixels,
      placed,
    ]);
    return graph.reshape(product(transform, apart, [points, placed]), [points, tiles, outChannels]);
  };
  const toResult = (value: Value): Value => {
    const transform = matrixOf(graph, 'to result', () => transposed(alongBoth(OF_RESULT)));
    const values = product(transform, graph.reshape(value, [points, placed]), [pixels, placed]);
    const apart = graph.reshape(values, [TILE, TILE, down, across, batch, outChannels]);
    const image = fromPhases(graph, graph.transpose(apart, PIXELS_FIRST));
    return fromPhases(graph, graph.settled(byPhases(graph, image, phasesOfResult(at))));
  };

  const ofFilters = (filter: Value): Value => {
    const transform = matrixOf(graph, `filter ${[stride, top, left]}`, () => ofFilter(stride, [top, left]));
    const flat = graph.reshape(graph.transpose(filter, [1, 0, 2, 3]), [filters, taps]);
    const transposed = { transA: 0, transB: 1 };
    const values = graph.node('Gemm', [transform, flat], [points * phases, filters], 'float32', transposed);
    return graph.reshape(values, [points, depth, outChannels]);
  };
  const toFilters = (value: Value): Value => {
    const across = matrixOf(graph, `taps across ${[stride, left]}`, () => toTapsAcross(stride, left));
    const down = matrixOf(graph, `taps down ${[stride, top]}`, () => toTapsDown(stride, top));
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
