// The networks of a factor: an architecture with its settings, for images of one shape.

import type { NdArray, RandomStream } from '@blind-demod/arrays';
import { intoRange } from '@blind-demod/demod-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type {
  Architecture,
  GeneratorPlace,
  ImageShape,
  LayerFunction,
} from './architectures/architecture.js';
import { ARCHITECTURES, type ArchitectureName, type NetworkSettings } from './architectures/index.js';
import { normalise, resizeBilinear, smooth } from './layers.js';
import type { LayerParameters, Parameters } from './parameters.js';

/** All that a generator's images depend on, beside its parameters and the codes. */
export interface GeneratorForm {
  readonly architecture: ArchitectureName;
  readonly imageShape: ImageShape;
  readonly outputRange: readonly [low: number, high: number];
  /** σ, in pixels, of the Gaussian that smooths the last layer before it is brought into the range. */
  readonly outputSmoothing?: number | undefined;
  /** Pixels per side of what the network draws, which is then resized to `imageShape`; that itself when absent. */
  readonly drawnSize?: number | undefined;
}

/** What the images of a generator depend on, out of a network's settings. */
export const formOf = (
  { architecture, outputRange, outputSmoothing, drawnSize }: NetworkSettings,
  imageShape: ImageShape,
): GeneratorForm => ({ architecture, imageShape, outputRange, outputSmoothing, drawnSize });

/** The shape of what a generator draws, before it is resized. */
export const drawnShape = ({
  imageShape: [channels, height, width],
  drawnSize,
}: GeneratorForm): ImageShape => [channels, drawnSize ?? height, drawnSize ?? width];

export interface Networks {
  readonly latentDimension: number;
  readonly imageShape: ImageShape;
  /** Random parameters of the generator. */
  initialGenerator(random: RandomStream): Parameters<NdArray>;
  /** Codes [n, latent] to images [n, channels, height, width], normalised by the batch's own moments. */
  generate(generator: Parameters<Tensor>, codes: Tensor): Tensor;
  /** Random parameters of a network from images to so many numbers. */
  initialDiscriminator(outputs: number, random: RandomStream): Parameters<NdArray>;
  /**
   * Images in the output range to [n, outputs]. Of several batches of one size, one after the other, each is normalised by its
   * own moments.
   */
  discriminate(discriminator: Parameters<Tensor>, images: Tensor, batches?: number): Tensor;
}

/** The networks of these settings for images of this shape. */
export function networksOf<Name extends ArchitectureName>(
  settings: NetworkSettings<Name> & { readonly architecture: Name },
  imageShape: ImageShape,
): Networks {
  const architectures: { [N in ArchitectureName]: Architecture<NetworkSettings<N>> } = ARCHITECTURES;
  const architecture = architectures[settings.architecture];
  const { latentDimension, outputRange } = settings;
  const form = formOf(settings, imageShape);
  const [low, high] = outputRange;
  return {
    latentDimension,
    imageShape,
    initialGenerator: random => architecture.initialGenerator(settings, drawnShape(form), random),
    generate: (generator, codes) => generate(generator, codes, form),
    initialDiscriminator: (outputs, random) =>
      architecture.initialDiscriminator(settings, imageShape, outputs, random),
    discriminate: (discriminator, images, batches) => {
      // From the output range to [−1, 1].
      const centred = tf.sub(tf.mul(images, 2 / (high - low)), (high + low) / (high - low));
      return architecture.discriminate(discriminator, centred, batches);
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
  form: GeneratorForm,
  normaliseLayer: (image: Tensor, layer: LayerParameters<Tensor>) => Tensor,
): Tensor {
  const { linear, wire = oneAfterTheOther } = architectureOf(form);
  const place = { depth: parameters.length, imageShape: drawnShape(form) };
  const layer: LayerFunction = (index, input) => {
    const given = parameters[index]!;
    return normaliseLayer(linear(input, given.weight, { ...place, index }), given);
  };
  return finish(wire(codes, layer, place), form);
}

/** The architecture of a form. Its settings do not matter once there are parameters. */
export const architectureOf = ({ architecture }: GeneratorForm): Architecture<never> =>
  ARCHITECTURES[architecture] as unknown as Architecture<never>;

/** Layers one after the other, with a rectifier between. */
const oneAfterTheOther = (codes: Tensor, layer: LayerFunction, { depth }: GeneratorPlace): Tensor => {
  let output = layer(0, codes);
  for (let index = 1; index < depth; index++) output = layer(index, tf.relu(output));
  return output;
};

/** From what the last layer gives to the image. */
export function finish(last: Tensor, form: GeneratorForm): Tensor {
  const { imageShape, outputRange, outputSmoothing } = form;
  const smoothed = outputSmoothing ? smooth(last, outputSmoothing) : last;
  const image =
    architectureOf(form).output === 'relu'
      ? tf.mul(tf.relu(smoothed), outputRange[1])
      : intoRange(smoothed, outputRange);
  return resizeBilinear(image, imageShape[1]);
}
