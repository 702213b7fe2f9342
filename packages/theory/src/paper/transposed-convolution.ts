// DCGAN's transposed convolution as a linear map.
import { inner } from '@blind-demod/arrays';
import { type LinearMap, weightedProducts } from './linear-maps.js';

/** Side and stride of DCGAN's filters; one pixel of the image is padded on each side. */
const FILTER = 4;
const STRIDE = 2;
const PAD = 1;

/**
 * The transposed convolution that doubles an image: [from, side, side] to [to, 2·side, 2·side], both flattened.
 * Input pixel (i, j) adds filter tap (a, b) to the output pixel (2i + a − 1, 2j + b − 1).
 *
 * @param filters [from, to, 4, 4].
 */
export function transposedConvolutionMap(
  { from, to, side }: { from: number; to: number; side: number },
  filters: ArrayLike<number>,
): LinearMap {
  const taps = FILTER ** 2;
  if (filters.length !== from * to * taps) {
    throw new TypeError(
      `expected filters of shape [${[from, to, FILTER, FILTER]}], got ${filters.length} numbers`,
    );
  }
  // For each tap, the matrix from the channels of an input pixel to those of an output pixel, and the matrix back.
  // Channels come last, so that the innermost loops run over neighbours in memory.
  const forward = new Float64Array(filters.length);
  const backward = new Float64Array(filters.length);
  for (let at = 0; at < filters.length; at++) {
    const [tap, output, input] = [at % taps, Math.floor(at / taps) % to, Math.floor(at / taps / to)];
    forward[(tap * from + input) * to + output] = filters[at]!;
    backward[(tap * to + output) * from + input] = filters[at]!;
  }
  const pairs = pixelPairs(side);
  const [small, large] = [side ** 2, (STRIDE * side) ** 2];
  const map: Omit<LinearMap, 'weighted'> = {
    rows: to * large,
    columns: from * small,
    squaredNorm: pairs.reduce((sum, { tap }) => {
      const matrix = forward.subarray(tap * from * to, (tap + 1) * from * to);
      return sum + inner(matrix, matrix);
    }, 0),
    apply: u => {
      const [source, target] = [transposed(u, from, small), new Float64Array(to * large)];
      for (const pair of pairs)
        addProduct(
          forward,
          pair.tap * from * to,
          source,
          pair.small * from,
          from,
          target,
          pair.large * to,
          to,
        );
      return transposed(target, large, to);
    },
    applyTransposed: v => {
      const [source, target] = [transposed(v, to, large), new Float64Array(from * small)];
      for (const pair of pairs)
        addProduct(
          backward,
          pair.tap * from * to,
          source,
          pair.large * to,
          to,
          target,
          pair.small * from,
          from,
        );
      return transposed(target, small, from);
    },
  };
  return { ...map, weighted: gains => weightedProducts(map, gains) };
}

interface PixelPair {
  readonly tap: number;
  readonly small: number;
  readonly large: number;
}

/** Every pair of an input pixel and an output pixel that a tap of the filter connects. */
function pixelPairs(side: number): PixelPair[] {
  const big = STRIDE * side;
  const pairs: PixelPair[] = [];
  for (let tap = 0; tap < FILTER ** 2; tap++) {
    for (let small = 0; small < side ** 2; small++) {
      const line = STRIDE * Math.floor(small / side) + Math.floor(tap / FILTER) - PAD;
      const column = STRIDE * (small % side) + (tap % FILTER) - PAD;
      if (line < 0 || line >= big || column < 0 || column >= big) continue;
      pairs.push({ tap, small, large: line * big + column });
    }
  }
  return pairs;
}

/** target[at …] += source[from …] times the matrix [sourceCount, targetCount] that begins at `matrixAt`. */
function addProduct(
  matrices: Float64Array,
  matrixAt: number,
  source: Float64Array,
  sourceAt: number,
  sourceCount: number,
  target: Float64Array,
  targetAt: number,
  targetCount: number,
): void {
  for (let from = 0; from < sourceCount; from++) {
    const factor = source[sourceAt + from]!;
    // What a rectifier has switched off is zero.
    if (factor === 0) continue;
    const row = matrixAt + from * targetCount;
    for (let to = 0; to < targetCount; to++) target[targetAt + to]! += factor * matrices[row + to]!;
  }
}

/** A matrix [rows, columns] as [columns, rows]. */
function transposed(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = matrix[row * columns + column]!;
  }
  return result;
}
