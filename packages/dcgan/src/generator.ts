// A trained generator: its weights with the normalisation folded in, as a file, as layers, as an ONNX model.

import {
  decodeSafetensors,
  encodeSafetensors,
  float32,
  type NdArray,
  sha256,
  UserError,
} from '@blind-demod/arrays';
import { type AffineLayer, type GenerativePrior, layeredPrior } from '@blind-demod/demod-core';
import { constant, exportOnnx } from '@blind-demod/jit';
import * as tf from '@tensorflow/tfjs-core';
import { ARCHITECTURES, DEFAULT_ARCHITECTURE } from './architectures/index.js';
import { biased, resizeBilinear, smooth } from './layers.js';
import { architectureOf, drawnShape, type GeneratorForm, generate } from './networks.js';
import type { OnnxGenerator } from './onnx/generator.js';
import { type Parameters, zipParameters } from './parameters.js';
import { wiredPrior } from './wired-prior.js';

/** A generator that was trained here, as numbers. */
export interface Generator extends GeneratorForm {
  readonly latentDimension: number;
  /** A weight and, but for architectures without, a bias per layer, from the latent code to the image. */
  readonly parameters: Parameters<NdArray>;
}

/**
 * The layers of a generator whose layers follow one another, on tensors, its weights as constants of the program; latent
 * codes [n, latent] go in.
 */
export function affineLayers(generator: Generator): AffineLayer[] {
  const { imageShape, outputRange, outputSmoothing, drawnSize, parameters } = generator;
  const { linear, output: last } = architectureOf(generator);
  const place = { depth: parameters.length, imageShape: drawnShape(generator) };
  const layers = parameters.map(({ weight, bias }, index): AffineLayer => {
    const isLast = index === place.depth - 1;
    return {
      apply: input => {
        const image = linear(input, constant(weight), { ...place, index });
        const output = biased(image, bias && constant(bias));
        const smoothed = outputSmoothing && isLast ? smooth(output, outputSmoothing) : output;
        return last === 'relu' && isLast ? tf.mul(smoothed, outputRange[1]) : smoothed;
      },
      activation: isLast && last !== 'relu' ? { sigmoidInto: outputRange } : 'relu',
    };
  });
  if (drawnSize === undefined) return layers;
  return [...layers, { apply: image => resizeBilinear(image, imageShape[1]), activation: 'none' }];
}

/** A generator that was trained here, or that of an ONNX model. */
export type AnyGenerator = Generator | OnnxGenerator;

/** The range of an experiment's images, into which those of an ONNX model are brought. */
const IMAGE_RANGE = [0, 1] as const;

/**
 * The prior that a generator is. Its weights become constants of the compiled program.
 *
 * @param generator one that was trained here, or that of an ONNX model, whose images are brought to [0, 1].
 * @example
 * import { generatorPrior, loadOnnxGenerator } from 'blind-demod';
 *
 * const prior = generatorPrior(await loadOnnxGenerator('generator.onnx', { device: 'cpu' }));
 * console.log(prior.latentDimension, prior.imageShape); // 8 [ 1, 16, 16 ]
 */
export function generatorPrior(generator: AnyGenerator): GenerativePrior {
  if (!('parameters' in generator)) return generator.prior(IMAGE_RANGE);
  return architectureOf(generator).wire
    ? wiredPrior(generator)
    : layeredPrior(generator.latentDimension, generator.imageShape, affineLayers(generator));
}

/** How many numbers a generator's weights are. */
export function parameterCount(generator: AnyGenerator): number {
  if (!('parameters' in generator)) return generator.parameterCount;
  const sizes = generator.parameters.flatMap(layer => Object.values(layer).map(({ data }) => data.length));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * A generator by the same weights of images of another size, where they know of none: those of `coordinate` and `polynomial` draw any.
 *
 * @throws TypeError where the weights are made for one size.
 * @example
 * const large = generatorAtSize(shading, 2048); // of a generator that was trained at 64
 */
export function generatorAtSize({ drawnSize: _, ...generator }: Generator, size: number): Generator {
  const resized: Generator = { ...generator, imageShape: [generator.imageShape[0], size, size] };
  const { architecture, latentDimension, parameters, imageShape } = resized;
  if (ARCHITECTURES[architecture].fits(parameters, latentDimension, imageShape)) return resized;
  throw new TypeError(`expected a generator that draws ${size}×${size}, got "${architecture}" for one size`);
}

/** A generator as an ONNX model: input `code` [batch, latent], output `image` [batch, channels, height, width]. */
export function generatorToOnnx(generator: AnyGenerator): Uint8Array {
  if (!('parameters' in generator)) return generator.toOnnx(IMAGE_RANGE);
  const { latentDimension, parameters } = generator;
  // The model takes a batch of any size. Tracing needs a number, and 1 would look like an axis to broadcast.
  const example = float32([2, latentDimension], new Float32Array(2 * latentDimension));
  return exportOnnx(codes => generate(zipParameters(constant, parameters), codes, generator), example, {
    input: 'code',
    output: 'image',
  });
}

/** The weights file of a generator: `layer.N.weight` and, where there is one, `layer.N.bias`, in half precision. */
export function encodeGenerator(generator: Generator): Uint8Array {
  const { parameters, latentDimension, imageShape, outputRange, outputSmoothing, drawnSize, architecture } =
    generator;
  const tensors = parameters.flatMap(({ weight, bias }, index) => [
    [`layer.${index}.weight`, weight] as const,
    ...(bias ? [[`layer.${index}.bias`, bias] as const] : []),
  ]);
  const description = {
    latentDimension,
    imageShape,
    outputRange,
    outputSmoothing,
    drawnSize,
    // The default one has no name in files: theirs, and hashes of them, are older than the choice.
    ...(architecture !== DEFAULT_ARCHITECTURE && { architecture }),
  };
  return encodeSafetensors(
    Object.fromEntries(tensors),
    { generator: JSON.stringify(description) },
    { float32As: 'F16' },
  );
}

/** What tells a generator from every other, in hexadecimal: what is computed with it depends on it by this. */
export const generatorSha256 = (generator: AnyGenerator): string =>
  'parameters' in generator ? sha256(encodeGenerator(generator)) : generator.sha256;

/**
 * Reads the weights file of a trained generator, `generator.safetensors`.
 *
 * @param where what to call it in errors: its path or address.
 * @throws UserError naming `where` if the file is damaged or holds something else.
 * @example
 * import { readFile } from 'node:fs/promises';
 * import { decodeGenerator, generatorPrior } from 'blind-demod';
 *
 * const file = 'signal/generator.safetensors';
 * const generator = decodeGenerator(await readFile(file), file);
 * console.log(generator.architecture, generator.parameters.length); // dcgan 3
 * const prior = generatorPrior(generator); // for recover
 */
export function decodeGenerator(bytes: Uint8Array, where: string): Generator {
  const { tensors, metadata } = decodeSafetensors(bytes, where);
  const notGenerator = (why: string) => new UserError(`${where} holds no generator of this project: ${why}`);
  const description = describedIn(metadata.generator);
  if (description === undefined) throw notGenerator('its metadata lacks a valid "generator"');
  const layers = Object.keys(tensors).filter(name => name.endsWith('.weight')).length;
  const parameters = Array.from({ length: layers }, (_, index) => {
    const [weight, bias] = [tensors[`layer.${index}.weight`], tensors[`layer.${index}.bias`]];
    if (weight?.dtype !== 'float32' || (bias && bias.dtype !== 'float32')) {
      throw notGenerator(`expected float32 tensors layer.${index}.weight and layer.${index}.bias`);
    }
    return { weight, ...(bias && { bias }) };
  });
  const { architecture, latentDimension } = description;
  if (!Object.hasOwn(ARCHITECTURES, architecture)) {
    throw notGenerator(
      `its architecture "${architecture}" is none of ${Object.keys(ARCHITECTURES).join(', ')}`,
    );
  }
  const fits = ARCHITECTURES[architecture].fits(parameters, latentDimension, drawnShape(description));
  if (!fits) throw notGenerator('the shapes of its layers do not fit together');
  return { ...description, parameters };
}

type Description = Omit<Generator, 'parameters'>;

/** What the metadata say of a generator; undefined where they say something else. Without zod, for browsers. */
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
  const {
    architecture = DEFAULT_ARCHITECTURE,
    latentDimension,
    imageShape,
    outputRange,
    outputSmoothing,
    drawnSize,
  } = value ?? {};
  const fits =
    isSize(latentDimension) &&
    isList(imageShape, 3, isSize) &&
    isList(outputRange, 2, Number.isFinite) &&
    (outputSmoothing === undefined || (Number.isFinite(outputSmoothing) && outputSmoothing > 0)) &&
    (drawnSize === undefined || isSize(drawnSize));
  if (!fits) return undefined;
  return {
    architecture,
    latentDimension: latentDimension!,
    imageShape: imageShape!,
    outputRange: outputRange!,
    ...(outputSmoothing !== undefined && { outputSmoothing }),
    ...(drawnSize !== undefined && { drawnSize }),
  };
}
