// The networks of a factor: an architecture with its settings, for images of one shape.

import type { NdArray, RandomStream } from '@blind-demod/arrays';
import { intoRange } from '@blind-demod/demod-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Architecture, ImageShape } from './architectures/architecture.js';
import { ARCHITECTURES, type ArchitectureName, type NetworkSettings } from './architectures/index.js';
import { normalise, smooth } from './layers.js';
import type { LayerParameters, Parameters } from './parameters.js';

/** All that a generator's images depend on, beside its parameters and the codes. */
export interface GeneratorForm {
  readonly architecture: ArchitectureName;
  readonly imageShape: ImageShape;
  readonly outputRange: readonly [low: number, high: number];
  /** σ, in pixels, of the Gaussian that smooths the last layer before it is brought into the range. */
  readonly outputSmoothing?: number | undefined;
}

export interface Networks {
  readonly latentDimension: number;
  readonly imageShape: ImageShape;
  /** Random parameters of the generator. */
  initialGenerator(random: RandomStream): Parameters<NdArray>;
  /** Codes [n, latent] to images [n, channels, height, width], normalised by the batch's own moments. */
  generate(generator: Parameters<Tensor>, codes: Tensor): Tensor;
  /** Random parameters of a network from images to so many numbers. */
  initialDiscriminator(outputs: number, random: RandomStream): Parameters<NdArray>;
  /** Images in the output range to [n, outputs]. */
  discriminate(discriminator: Parameters<Tensor>, images: Tensor): Tensor;
}

/** The networks of these settings for images of this shape. */
export function networksOf<Name extends ArchitectureName>(
  settings: NetworkSettings<Name> & { readonly architecture: Name },
  imageShape: ImageShape,
): Networks {
  const architectures: { [N in ArchitectureName]: Architecture<NetworkSettings<N>> } = ARCHITECTURES;
  const architecture = architectures[settings.architecture];
  const { latentDimension, outputRange, outputSmoothing } = settings;
  const form = { architecture: settings.architecture, imageShape, outputRange, outputSmoothing };
  const [low, high] = outputRange;
  return {
    latentDimension,
    imageShape,
    initialGenerator: random => architecture.initialGenerator(settings, imageShape, random),
    generate: (generator, codes) => generate(generator, codes, form),
    initialDiscriminator: (outputs, random) =>
      architecture.initialDiscriminator(settings, imageShape, outputs, random),
    discriminate: (discriminator, images) => {
      // From the output range to [−1, 1].
      const centred = tf.sub(tf.mul(images, 2 / (high - low)), (high + low) / (high - low));
      return architecture.discriminate(discriminator, centred);
    },
  };
}

/** Latent codes [n, latent] to images [n, channels, height, width], normalised by the batch's own moments. */
export function generate(parameters: Parameters<Tensor>, codes: Tensor, form: GeneratorForm): Tensor {
  return generatorLayers(parameters, codes, form, normalise);
}

/** The generator with its normalisation left open: `normaliseLayer(image, layer)` stands after each linear map. */
export function generatorLayers(
  parameters: Parameters<Tensor>,
  codes: Tensor,
  { architecture, imageShape, outputRange, outputSmoothing }: GeneratorForm,
  normaliseLayer: (image: Tensor, layer: LayerParameters<Tensor>) => Tensor,
): Tensor {
  const { linear } = ARCHITECTURES[architecture];
  const depth = parameters.length;
  const last = parameters.reduce((input, layer, index) => {
    const output = linear(input, layer.weight, { index, depth, imageShape });
    const normalised = normaliseLayer(output, layer);
    return index < depth - 1 ? tf.relu(normalised) : normalised;
  }, codes);
  return intoRange(outputSmoothing ? smooth(last, outputSmoothing) : last, outputRange);
}
