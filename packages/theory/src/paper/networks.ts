// The networks of the theorems: relu(W_d … relu(W_1 z)), no biases, random weights, any depth and widths.

import { norm, randomStream } from '@blind-demod/arrays';
import { multiply, multiplyTransposed, rowOf, type WeightMatrix } from './weight-matrix.js';

export interface ReluNetwork {
  /** n_0, n_1, …, n_d: the latent dimension, the hidden widths, and the number ℓ of measurements. */
  readonly widths: readonly number[];
  /** W_1, …, W_d; W_i is [n_i, n_{i−1}]. */
  readonly layers: readonly WeightMatrix[];
}

export type LastLayer = 'truncated' | 'gaussian';

/**
 * A network of Theorem 2: entries of W_i from N(0, 1/n_i). In a truncated last layer, rows longer than
 * 3·sqrt(n_{d−1}/ℓ) are zeroed.
 *
 * @param name of the network: other names, other weights.
 */
export function randomNetwork({
  widths,
  lastLayer = 'truncated',
  seed,
  name,
}: {
  widths: readonly number[];
  lastLayer?: LastLayer;
  seed: number;
  name: string;
}): ReluNetwork {
  const layers = widths.slice(1).map((rows, index): WeightMatrix => {
    const columns = widths[index]!;
    const random = randomStream(seed, 'theory network', name, index);
    const deviation = 1 / Math.sqrt(rows);
    const data = Float64Array.from({ length: rows * columns }, () => deviation * random.normal());
    const layer = { rows, columns, data };
    return lastLayer === 'truncated' && index === widths.length - 2 ? truncateRows(layer) : layer;
  });
  return { widths, layers };
}

/** The length beyond which Theorem 2 zeroes a row of the last layer. */
export function truncationRadius({ rows, columns }: Pick<WeightMatrix, 'rows' | 'columns'>): number {
  return 3 * Math.sqrt(columns / rows);
}

function truncateRows(layer: WeightMatrix): WeightMatrix {
  const radius = truncationRadius(layer);
  const truncated = { ...layer, data: layer.data.slice() };
  for (let row = 0; row < layer.rows; row++) {
    const entries = rowOf(truncated, row);
    if (norm(entries) > radius) entries.fill(0);
  }
  return truncated;
}

/** The activations after every layer, the last of which is G(z). */
export function activations(network: ReluNetwork, code: Float64Array): Float64Array[] {
  const outputs: Float64Array[] = [];
  for (const layer of network.layers) outputs.push(relu(multiply(layer, outputs.at(-1) ?? code)));
  return outputs;
}

/** G(z). */
export function generate(network: ReluNetwork, code: Float64Array): Float64Array {
  return activations(network, code).at(-1)!;
}

/**
 * Which rows are active, layer by layer, at z + δ·direction for all small δ > 0: the one-sided limits of section 3 of
 * the paper. Where a pre-activation is zero, its slope along the direction decides.
 */
export function activePattern(
  network: ReluNetwork,
  code: Float64Array,
  direction: Float64Array = new Float64Array(code.length),
): Uint8Array[] {
  let [value, slope] = [code, direction];
  return network.layers.map(layer => {
    const [values, slopes] = [multiply(layer, value), multiply(layer, slope)];
    // Zero up to the rounding of the products that were summed.
    const zero = 1e-13 * norm(value) * (norm(layer.data) / Math.sqrt(layer.rows));
    const active = Uint8Array.from(values, (v, row) => ((Math.abs(v) > zero ? v : slopes[row]!) > 0 ? 1 : 0));
    value = values.map((v, row) => v * active[row]!);
    slope = slopes.map((v, row) => v * active[row]!);
    return active;
  });
}

/** Λ_z x = Π W_{i,+,z} x: the linear map that the network is where it has this pattern of active rows, applied to x. */
export function applyPiece(
  { layers }: ReluNetwork,
  pattern: readonly Uint8Array[],
  code: Float64Array,
): Float64Array {
  return layers.reduce(
    (value, layer, i) => multiply(layer, value).map((v, row) => v * pattern[i]![row]!),
    code,
  );
}

/** Λ_zᵀ v. */
export function applyPieceTransposed(
  { layers }: ReluNetwork,
  pattern: readonly Uint8Array[],
  cotangent: Float64Array,
): Float64Array {
  return layers.reduceRight(
    (value, layer, i) =>
      multiplyTransposed(
        layer,
        value.map((v, row) => v * pattern[i]![row]!),
      ),
    cotangent,
  );
}

export const relu = (vector: Float64Array): Float64Array => vector.map(value => Math.max(value, 0));
