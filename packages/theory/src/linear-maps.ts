// Layers as linear maps: all that the conditions on a weight matrix need is products with it and with its transpose.
import { inner, type RandomStream, times } from '@blind-demod/arrays';
import type { Generator } from '@blind-demod/dcgan';

/** A weight matrix W, [rows, columns], by what it does. */
export interface LinearMap {
  /** ℓ: the outputs, one row w_i each. */
  readonly rows: number;
  /** n: the inputs. */
  readonly columns: number;
  /** ‖W‖_F², the sum of its squared entries. */
  readonly squaredNorm: number;
  /** W u, [rows], of u [columns]. */
  apply(u: Float64Array): Float64Array;
  /** Wᵀ v, [columns], of v [rows]. */
  applyTransposed(v: Float64Array): Float64Array;
  /** The operator u ↦ Wᵀ diag(gains) W u = Σ_i gains_i (w_i·u) w_i, to be applied several times. */
  weighted(gains: Float64Array): (u: Float64Array) => Float64Array;
}

/** A matrix by its entries, row after row. @throws TypeError if there are not rows × columns of them. */
export function denseMap(rows: number, columns: number, entries: Float64Array): LinearMap {
  if (entries.length !== rows * columns) {
    throw new TypeError(`expected ${rows} × ${columns} entries, got ${entries.length}`);
  }
  const map: Omit<LinearMap, 'weighted'> = {
    rows,
    columns,
    squaredNorm: inner(entries, entries),
    apply: u => multiply(entries, rows, u),
    applyTransposed: v => {
      const product = new Float64Array(columns);
      for (let row = 0; row < rows; row++) {
        const factor = v[row]!;
        if (factor === 0) continue;
        const at = row * columns;
        for (let column = 0; column < columns; column++) product[column]! += factor * entries[at + column]!;
      }
      return product;
    },
  };
  return {
    ...map,
    weighted: gains => {
      if (columns > SMALL) return weightedProducts(map, gains);
      const square = weightedGram(entries, columns, gains);
      return u => multiply(square, columns, u);
    },
  };
}

/** Up to so many columns it is faster to compute the square matrix Wᵀ diag(gains) W once. */
const SMALL = 64;

function multiply(entries: Float64Array, rows: number, u: Float64Array): Float64Array {
  const product = new Float64Array(rows);
  for (let row = 0, at = 0; row < rows; row++) {
    let sum = 0;
    for (let column = 0; column < u.length; column++) sum += entries[at++]! * u[column]!;
    product[row] = sum;
  }
  return product;
}

/** Wᵀ diag(gains) W, [columns, columns]. */
function weightedGram(entries: Float64Array, columns: number, gains: Float64Array): Float64Array {
  const square = new Float64Array(columns ** 2);
  for (let row = 0; row < gains.length; row++) {
    // Rows that a rectifier switches off are many.
    if (gains[row] === 0) continue;
    const at = row * columns;
    for (let a = 0; a < columns; a++) {
      const factor = gains[row]! * entries[at + a]!;
      for (let b = 0; b <= a; b++) square[a * columns + b]! += factor * entries[at + b]!;
    }
  }
  for (let a = 0; a < columns; a++)
    for (let b = 0; b < a; b++) square[b * columns + a] = square[a * columns + b]!;
  return square;
}

function weightedProducts(
  { apply, applyTransposed }: Pick<LinearMap, 'apply' | 'applyTransposed'>,
  gains: Float64Array,
): (u: Float64Array) => Float64Array {
  return u => applyTransposed(times(gains, apply(u)));
}

/** Independent normal entries of variance 1/ℓ, the matrices for which the paper's expectations are computed. */
export function gaussianMap(rows: number, columns: number, random: RandomStream): LinearMap {
  const deviation = 1 / Math.sqrt(rows);
  const entries = Float64Array.from({ length: rows * columns }, () => deviation * random.normal());
  return denseMap(rows, columns, entries);
}

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
  // Inside, channels come last, so that the innermost loops run over neighbours in memory: tap by tap, the matrices
  // from the channels of an input pixel to those of an output pixel, and back.
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

/** Every input pixel and output pixel that a tap of the filter connects. */
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

/** One layer of a trained generator: x ↦ activation(W x + b). */
export interface LinearLayer {
  readonly kind: 'dense' | 'convolution';
  readonly map: LinearMap;
  /** b, [rows]: a channel's bias at each of its pixels. */
  readonly bias: Float64Array;
  /** A map of the same structure (a full matrix, or the same arrangement of filters) with normal weights. */
  random(stream: RandomStream): LinearMap;
}

/** The layers of a generator, from the latent code to the image, normalisation folded in. */
export function linearLayers({ parameters, latentDimension }: Generator): LinearLayer[] {
  return parameters.map(({ weight, bias }, index): LinearLayer => {
    const channels = bias.shape[0]!;
    const { map, random } =
      index === 0
        ? latentLayer(latentDimension, weight.data)
        : imageLayer({ from: weight.shape[0]!, to: channels, side: 2 * STRIDE ** index }, weight.data);
    const pixels = map.rows / channels;
    return {
      kind: index === 0 ? 'dense' : 'convolution',
      map,
      bias: Float64Array.from({ length: map.rows }, (_, row) => bias.data[Math.floor(row / pixels)]!),
      random,
    };
  });
}

function latentLayer(columns: number, weight: ArrayLike<number>): Pick<LinearLayer, 'map' | 'random'> {
  const rows = weight.length / columns;
  // The generator multiplies codes from the left: its weight is Wᵀ.
  const entries = Float64Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    return weight[column * rows + row]!;
  });
  return { map: denseMap(rows, columns, entries), random: stream => gaussianMap(rows, columns, stream) };
}

function imageLayer(
  shape: { from: number; to: number; side: number },
  filters: ArrayLike<number>,
): Pick<LinearLayer, 'map' | 'random'> {
  return {
    map: transposedConvolutionMap(shape, filters),
    random: stream => transposedConvolutionMap(shape, stream.normals(filters.length)),
  };
}
