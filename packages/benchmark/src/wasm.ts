// TensorFlow.js' WebAssembly backend, the fastest that it has for a CPU without native code. Its convolutions take
// channels last alone.
import type { NdArray } from '@blind-demod/arrays';
import type { Generator } from '@blind-demod/dcgan';
import type { GenerativePrior } from '@blind-demod/demod-core';
import { isNdArray, isTensor, leaves, mapTree, type Tree } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { makeProgram, type ProgramName, type Size } from './programs.js';

const STRIDE = 2;

/** Makes a program ready; each call then runs it once, and resolves to its results. From now on, wasm is the backend. */
export async function wasmProgram(name: ProgramName, size: Size): Promise<() => Promise<Float32Array[]>> {
  await tf.setBackend('wasm');
  const { fn, input } = makeProgram(name, size, channelsLastPrior);
  return async () =>
    tf.tidy(() => {
      const given = mapTree(input as Tree<NdArray>, isNdArray, toTensor);
      return leaves(fn(given) as Tree<Tensor>, isTensor).map(([, tensor]) =>
        tensor.dataSync<'float32'>().slice(),
      );
    });
}

const toTensor = ({ data, shape }: NdArray): Tensor => tf.tensor(data, [...shape]);

/** The generator on images [n, height, width, channels]. Each filter serves both directions, as it does on `cpu`. */
function channelsLastPrior({
  latentDimension,
  imageShape,
  parameters,
  outputRange,
}: Generator): GenerativePrior {
  const [low, high] = outputRange;
  const layers = parameters.map(({ weight, bias }, index) => ({
    weight: index === 0 ? denseWeight(weight, bias!.shape[0]!) : filter(weight),
    bias: toTensor(bias!), // those of DCGAN have one
  }));
  const last = layers.length - 1;
  return {
    latentDimension,
    imageShape: [...imageShape.slice(1), imageShape[0]],
    forward: codes => {
      const outputs: Tensor[] = [];
      for (const [index, { weight, bias }] of layers.entries()) {
        const image = outputs.at(-1);
        const sum = tf.add(image ? upsample(image, weight) : seed(codes, weight), bias);
        outputs.push(
          index < last ? tf.relu(sum) : tf.add(tf.mul(tf.sigmoid(tf.mul(sum, 2)), high - low), low),
        );
      }
      return outputs;
    },
    backward: (outputs, cotangent) => {
      let gradient = cotangent;
      for (let index = last; index >= 0; index--) {
        const [{ weight }, output] = [layers[index]!, outputs[index]!];
        const slope =
          index < last
            ? tf.step(output)
            : tf.mul(tf.mul(tf.sub(output, low), tf.sub(high, output)), 2 / (high - low));
        const scaled = tf.mul(gradient, slope);
        gradient =
          index > 0
            ? tf.conv2d(scaled as tf.Tensor4D, weight as tf.Tensor4D, STRIDE, 'same')
            : tf.matMul(
                tf.reshape(scaled, [output.shape[0]!, -1]) as tf.Tensor2D,
                weight as tf.Tensor2D,
                false,
                true,
              );
      }
      return gradient;
    },
  };
}

function seed(codes: Tensor, weight: Tensor): Tensor {
  const channels = weight.shape[1]! / 16;
  return tf.reshape(tf.matMul(codes as tf.Tensor2D, weight as tf.Tensor2D), [-1, 4, 4, channels]);
}

function upsample(image: Tensor, weight: Tensor): Tensor {
  const [batch, height, width] = image.shape as [number, number, number];
  const shape: [number, number, number, number] = [batch, height * STRIDE, width * STRIDE, weight.shape[2]!];
  return tf.conv2dTranspose(image as tf.Tensor4D, weight as tf.Tensor4D, shape, STRIDE, 'same');
}

/** [latent, channels · 16] to [latent, 16 · channels]. */
function denseWeight(weight: NdArray, channels: number): Tensor {
  const latent = weight.shape[0]!;
  const split = tf.reshape(toTensor(weight), [latent, channels, 16]);
  return tf.reshape(tf.transpose(split, [0, 2, 1]), [latent, 16 * channels]);
}

/** [in, out, 4, 4] to [4, 4, out, in]. */
const filter = (weight: NdArray): Tensor => tf.transpose(toTensor(weight), [2, 3, 1, 0]);
