// From a trained network to the generator that is kept: batch normalisation frozen and folded into the weights.

import { type Factor, float32, type NdArray, randomStream } from '@blind-demod/arrays';
import { compile, type Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Generator } from './generator.js';
import { channelMoments, type LayerParameters, normalisation, normalise } from './layers.js';
import { generatorLayers, type ImageShape, type OutputSettings, type Parameters } from './networks.js';
import type { GeneratorSettings } from './settings.js';

/** Codes over which the moments of batch normalisation are taken. */
const MOMENT_SAMPLES = 512;

/** The generator with these trained parameters. */
export async function freeze(
  { seed, ...factors }: GeneratorSettings,
  factor: Factor,
  parameters: Parameters<NdArray>,
  imageShape: ImageShape,
  device: Device,
): Promise<Generator> {
  const { latentDimension, outputRange, outputSmoothing } = factors[factor].network;
  const output = { outputRange, outputSmoothing };
  const random = randomStream(seed, factor, 'moments');
  const codes = float32([MOMENT_SAMPLES, latentDimension], random.normals(MOMENT_SAMPLES * latentDimension));
  const program = await compile(
    (input: { parameters: Parameters<Tensor>; codes: Tensor }) =>
      foldNormalisation(input.parameters, input.codes, output),
    { parameters, codes },
    { device },
  );
  const folded = await program.run({ parameters, codes });
  await program.dispose();
  return { latentDimension, imageShape, ...output, parameters: folded };
}

/**
 * The parameters with each layer's batch normalisation folded into its weight and a bias, by the moments that a large
 * sample of codes [n, latent] gives it.
 */
export function foldNormalisation(
  parameters: Parameters<Tensor>,
  codes: Tensor,
  output: OutputSettings,
): Parameters<Tensor> {
  const folded: LayerParameters<Tensor>[] = [];
  generatorLayers(
    parameters,
    codes,
    (image, layer) => {
      folded.push(layer.scale === undefined ? layer : foldLayer(image, { ...layer, scale: layer.scale }));
      return normalise(image, layer);
    },
    output,
  );
  return folded;
}

function foldLayer(
  image: Tensor,
  { weight, scale, bias }: Required<LayerParameters<Tensor>>,
): LayerParameters<Tensor> {
  const { factor, offset } = normalisation(channelMoments(image), { scale, bias });
  // The first weight is [latent, channels · 16], the others [in, channels, 4, 4]: channels become the second axis.
  const byChannel = tf.reshape(weight, [weight.shape[0]!, bias.shape[0]!, -1, 1]);
  return {
    weight: tf.reshape(tf.mul(byChannel, factor), weight.shape),
    bias: tf.reshape(offset, bias.shape),
  };
}
