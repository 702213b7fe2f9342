// A trained generator: its weights with the normalisation folded in, as a file, as layers, as an ONNX model.

import { decodeSafetensors, encodeSafetensors, float32, type NdArray, UserError } from '@blind-demod/arrays';
import { type AffineLayer, type GenerativePrior, layeredPrior } from '@blind-demod/demod-core';
import { constant, exportOnnx } from '@blind-demod/jit';
import * as tf from '@tensorflow/tfjs-core';
import { perChannel, smooth, upsample } from './layers.js';
import {
  generate,
  type ImageShape,
  type OutputSettings,
  type Parameters,
  SEED_SIZE,
  zipParameters,
} from './networks.js';

export interface Generator extends OutputSettings {
  readonly latentDimension: number;
  readonly imageShape: ImageShape;
  /** A weight and a bias per layer, from the latent code to the image. */
  readonly parameters: Parameters<NdArray>;
}

/** The generator's layers on tensors, its weights as constants of the program; latent codes [n, latent] go in. */
export function affineLayers({ parameters, outputRange, outputSmoothing }: Generator): AffineLayer[] {
  const last = parameters.length - 1;
  return parameters.map((layer, index) => ({
    apply: input => {
      const weight = constant(layer.weight);
      const image =
        index === 0
          ? tf.reshape(tf.matMul(input as tf.Tensor2D, weight as tf.Tensor2D), [
              input.shape[0]!,
              -1,
              SEED_SIZE,
              SEED_SIZE,
            ])
          : upsample(input, weight);
      const output = tf.add(image, perChannel(constant(layer.bias)));
      return outputSmoothing && index === last ? smooth(output, outputSmoothing) : output;
    },
    activation: index === last ? { sigmoidInto: outputRange } : 'relu',
  }));
}

/** The prior that a trained generator is. Its weights become constants of the compiled program. */
export function generatorPrior(generator: Generator): GenerativePrior {
  return layeredPrior(generator.latentDimension, generator.imageShape, affineLayers(generator));
}

/** The generator as an ONNX model: input `code` [batch, latent], output `image` [batch, channels, height, width]. */
export function generatorToOnnx(generator: Generator): Uint8Array {
  const { latentDimension, parameters } = generator;
  // The batch size is free in the model; tracing wants some number, and one would look like an axis to broadcast.
  const example = float32([2, latentDimension], new Float32Array(2 * latentDimension));
  return exportOnnx(codes => generate(zipParameters(constant, parameters), codes, generator), example, {
    input: 'code',
    output: 'image',
  });
}

/** The weights file of a generator: `layer.N.weight` and `layer.N.bias`, in half precision. */
export function encodeGenerator({
  parameters,
  latentDimension,
  imageShape,
  outputRange,
  outputSmoothing,
}: Generator): Uint8Array {
  const tensors = parameters.flatMap(({ weight, bias }, index) => [
    [`layer.${index}.weight`, weight] as const,
    [`layer.${index}.bias`, bias] as const,
  ]);
  const description = { latentDimension, imageShape, outputRange, outputSmoothing };
  return encodeSafetensors(
    Object.fromEntries(tensors),
    { generator: JSON.stringify(description) },
    { float32As: 'F16' },
  );
}

/** Reads what `encodeGenerator` wrote. @throws UserError naming `where` if the file is damaged or holds something else. */
export function decodeGenerator(bytes: Uint8Array, where: string): Generator {
  const { tensors, metadata } = decodeSafetensors(bytes, where);
  const notGenerator = (why: string) => new UserError(`${where} holds no generator of this project: ${why}`);
  const description = describedIn(metadata.generator);
  if (description === undefined) throw notGenerator('its metadata lacks a valid "generator"');
  const [channels, height] = description.imageShape;
  const layers = Object.keys(tensors).length / 2;
  const parameters = Array.from({ length: layers }, (_, index) => {
    const [weight, bias] = [tensors[`layer.${index}.weight`], tensors[`layer.${index}.bias`]];
    if (weight?.dtype !== 'float32' || bias?.dtype !== 'float32') {
      throw notGenerator(`expected float32 tensors layer.${index}.weight and layer.${index}.bias`);
    }
    return { weight, bias };
  });
  const fits =
    parameters[0]?.weight.shape[0] === description.latentDimension &&
    parameters.at(-1)?.weight.shape[1] === channels &&
    SEED_SIZE * 2 ** (layers - 1) === height &&
    parameters.every(({ weight, bias }, index) => {
      const size = bias.shape[0]!;
      const from = index === 0 ? weight.shape[0] : parameters[index - 1]!.bias.shape[0];
      const expected = index === 0 ? [from, size * SEED_SIZE ** 2] : [from, size, 4, 4];
      return `${weight.shape}` === `${expected}`;
    });
  if (!fits) throw notGenerator('the shapes of its layers do not fit together');
  return { ...description, parameters };
}

type Description = Omit<Generator, 'parameters'>;

/** What the metadata say of a generator; undefined where they say something else. By hand: a browser needs no zod. */
function describedIn(text = ''): Description | undefined {
  let value: Partial<Description> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const isSize = (size: unknown) => Number.isSafeInteger(size) && (size as number) > 0;
  const isList = (list: unknown, length: number, of: (entry: unknown) => boolean) =>
    Array.isArray(list) && list.length === length && list.every(of);
  const { latentDimension, imageShape, outputRange, outputSmoothing } = value ?? {};
  const fits =
    isSize(latentDimension) &&
    isList(imageShape, 3, isSize) &&
    isList(outputRange, 2, Number.isFinite) &&
    (outputSmoothing === undefined || (Number.isFinite(outputSmoothing) && outputSmoothing > 0));
  if (!fits) return undefined;
  const smoothing = outputSmoothing === undefined ? {} : { outputSmoothing };
  return {
    latentDimension: latentDimension!,
    imageShape: imageShape!,
    outputRange: outputRange!,
    ...smoothing,
  };
}
