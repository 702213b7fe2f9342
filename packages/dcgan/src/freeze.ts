// From a trained network to the generator that is kept: batch normalisation frozen and folded into the weights.

import { type Factor, float32, type NdArray, randomStream } from '@blind-demod/arrays';
import { compile, type Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ImageShape } from './architectures/architecture.js';
import type { Generator } from './generator.js';
import { channelMoments, normalisation, normalise } from './layers.js';
import { formOf, type GeneratorForm, generatorLayers } from './networks.js';
import type { LayerParameters, Parameters } from './parameters.js';
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
  const { latentDimension } = factors[factor].network;
  const form = formOf(factors[factor].network, imageShape);
  const random = randomStream(seed, factor, 'moments');
  const codes = float32([MOMENT_SAMPLES, latentDimension], random.normals(MOMENT_SAMPLES * latentDimension));
  const program = await compile(
    (input: { parameters: Parameters<Tensor>; codes: Tensor }) =>
      foldNormalisation(input.parameters, input.codes, form),
    { parameters, codes },
    { device },
  );
  const folded = await program.run({ parameters, codes });
  await program.dispose();
  return { ...form, latentDimension, parameters: folded };
}

/**
 * The parameters with each layer's batch normalisation folded into its weight and a bias, by the moments that a large
 * sample of codes [n, latent] gives it.
 */
export function foldNormalisation(
  parameters: Parameters<Tensor>,
  codes: Tensor,
  form: GeneratorForm,
): Parameters<Tensor> {
  const folded = [...parameters];
  generatorLayers(parameters, codes, form, (image, layer) => {
    if (layer.scale) folded[parameters.indexOf(layer)] = foldLayer(image, { ...layer, scale: layer.scale });
    return normalise(image, layer);
  });
  return folded;
}

function foldLayer(
  image: Tensor,
  { weight, scale, bias }: LayerParameters<Tensor> & { scale: Tensor },
): LayerParameters<Tensor> {
  const { factor, offset } = normalisation(channelMoments(image), { scale, ...(bias && { bias }) });
  // Of a map from the code to several pixels a channel, the second axis is channels · pixels.
  const byChannel = tf.reshape(weight, [weight.shape[0]!, scale.shape[0]!, -1]);
  return {
    weight: tf.reshape(tf.mul(byChannel, tf.reshape(factor, [1, -1, 1])), weight.shape),
    bias: tf.reshape(offset, scale.shape),
  };
}
