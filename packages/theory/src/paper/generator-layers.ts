// The layers of a trained generator as linear maps.
import { type RandomStream, UserError } from '@blind-demod/arrays';
import type { Generator } from '@blind-demod/dcgan';
import { denseMap, gaussianMap, type LinearMap } from './linear-maps.js';
import { transposedConvolutionMap } from './transposed-convolution.js';

/** One layer of a trained generator: x ↦ activation(W x + b). */
export interface LinearLayer {
  readonly kind: 'dense' | 'convolution';
  readonly map: LinearMap;
  /** b, [rows]: a channel's bias at each of its pixels. */
  readonly bias: Float64Array;
  /** A map of the same structure (a full matrix, or the same arrangement of filters) with normal weights. */
  random(stream: RandomStream): LinearMap;
}

/**
 * The layers of a generator, from the latent code to the image, normalisation folded in.
 *
 * @throws UserError when the generator is no DCGAN, or one that draws at another size: only DCGAN's layers are known here.
 */
export function linearLayers({
  architecture,
  drawnSize,
  parameters,
  latentDimension,
}: Generator): LinearLayer[] {
  if (architecture !== 'dcgan' || drawnSize !== undefined) {
    const drawn = drawnSize === undefined ? '' : ` with "drawnSize" ${drawnSize}`;
    throw new UserError(
      `the layers of generators of the architecture "${architecture}"${drawn} cannot be measured, only those of "dcgan"`,
    );
  }
  return parameters.map(({ weight, ...layer }, index): LinearLayer => {
    const bias = layer.bias!; // those of DCGAN have one
    const channels = bias.shape[0]!;
    const { map, random } =
      index === 0
        ? latentLayer(latentDimension, weight.data)
        : imageLayer({ from: weight.shape[0]!, to: channels, side: 2 ** (index + 1) }, weight.data);
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
