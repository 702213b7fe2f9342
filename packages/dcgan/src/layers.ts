// The layers that both networks are built of. Images are [batch, channels, height, width] and filters
// [out, in, height, width], ONNX' own layout, so that a compiled program moves no axes.

import { bilinearWeights, gaussianWeights } from '@blind-demod/arrays';
import { resampled } from '@blind-demod/demod-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerParameters } from './parameters.js';

/** Side of the filters, and the stride that halves or doubles an image: DCGAN's. */
export const FILTER = 4;
const STRIDE = 2;
const PAD = 'same';
const VARIANCE_FLOOR = 1e-5;
const OIHW_TO_HWIO = [2, 3, 1, 0];
const IOHW_TO_HWIO = [2, 3, 0, 1];

/** An image of the same size: [n, in, s, s] by weight [in, out, k, k], k odd, to [n, out, s, s]. */
export function convolve(image: Tensor, weight: Tensor): Tensor {
  return tf.conv2d(image as tf.Tensor4D, tf.transpose(weight, IOHW_TO_HWIO) as tf.Tensor4D, 1, PAD, 'NCHW');
}

/** Halves an image: [n, in, s, s] by weight [out, in, 4, 4] to [n, out, s/2, s/2]. */
export function downsample(image: Tensor, weight: Tensor): Tensor {
  return tf.conv2d(
    image as tf.Tensor4D,
    tf.transpose(weight, OIHW_TO_HWIO) as tf.Tensor4D,
    STRIDE,
    PAD,
    'NCHW',
  );
}

/** Doubles an image: [n, in, s, s] by weight [in, out, 4, 4] to [n, out, 2s, 2s]; the adjoint of `downsample`. */
export function upsample(image: Tensor, weight: Tensor): Tensor {
  const [batch, , height, width] = image.shape as [number, number, number, number];
  // tf.conv2dTranspose takes NHWC alone; the kernel under it takes both.
  return tf.engine().runKernel(
    'Conv2DBackpropInput',
    { dy: image, filter: tf.transpose(weight, OIHW_TO_HWIO) },
    {
      strides: STRIDE,
      pad: PAD,
      dataFormat: 'NCHW',
      inputShape: [batch, weight.shape[1]!, height * STRIDE, width * STRIDE],
    },
  ) as Tensor;
}

/**
 * Each pixel of [n, channels, h, w] becomes the mean of those around it, weighted by a Gaussian of this σ in pixels, cut
 * off at 3σ; at the border, the mean of those that there are.
 */
export function smooth(image: Tensor, sigma: number): Tensor {
  const [, channels, height, width] = image.shape as [number, number, number, number];
  const weights = gaussianWeights(sigma);
  // Each channel is smoothed by itself.
  const filter = (size: [number, number]) => tf.mul(tf.tensor4d(weights, [...size, 1, 1]), tf.eye(channels));
  const [down, across] = [filter([weights.length, 1]), filter([1, weights.length])];
  const sum = (of: Tensor, by: Tensor) => tf.conv2d(of as tf.Tensor4D, by as tf.Tensor4D, 1, PAD, 'NCHW');
  const sums = (of: Tensor) => sum(sum(of, down), across);
  return tf.div(sums(image), sums(tf.ones([1, channels, height, width])));
}

/**
 * x where it is positive, else `slope` · x. TensorFlow.js' own gradient of it chooses between two arrays, which is slow
 * where programs are compiled; this one is a product, and equal to it bit for bit.
 */
export const leakyRelu = (image: Tensor, slope: number): Tensor =>
  tf.customGrad((x, save) => {
    (save as tf.GradSaveFunc)([x as Tensor]);
    return {
      value: tf.leakyRelu(x as Tensor, slope),
      gradFunc: (dy, [saved]) => tf.mul(dy, tf.step(saved!, slope)),
    };
  })(image);

/** Each pixel of [n, channels, s, s] becomes two by two equal ones. */
export function repeatPixels(image: Tensor): Tensor {
  const [batch, channels, height, width] = image.shape as [number, number, number, number];
  const twice = (of: Tensor) => tf.concat([of, of], -1);
  const wide = twice(tf.reshape(image, [batch * channels * height * width, 1]));
  return tf.reshape(twice(tf.reshape(wide, [-1, 2 * width])), [batch, channels, 2 * height, 2 * width]);
}

/**
 * Square images [n, channels, side, side] as [n, channels, size, size], bilinearly: pixel centres aligned, edges repeated,
 * as `resizeImages` of distortion-data enlarges them.
 */
export function resizeBilinear(image: Tensor, size: number): Tensor {
  const side = image.shape.at(-1)!;
  return side === size ? image : resampled(image, bilinearWeights(side, size), size);
}

/** A vector with one entry per channel, to broadcast against layers [n, channels, …] of this rank. */
export const perChannel = (vector: Tensor, rank: number): Tensor =>
  tf.reshape(vector, [1, -1, ...Array<number>(rank - 2).fill(1)]);

/**
 * The mean of each channel of [n, channels, …] over all other axes, [1, channels, 1, …]; of several batches of one size, one
 * after the other, by themselves, [n, channels, 1, …].
 */
function channelMeans(values: Tensor, batches: number): Tensor {
  const [count, channels] = values.shape as [number, number];
  const pixels = values.shape.map((_, axis) => axis).slice(2);
  // Of each image first: where the batches are apart, the large array is not cut.
  const each = pixels.length ? tf.mean(values, pixels, true) : values;
  const means = tf.mean(tf.reshape(each, [batches, count / batches, channels]), 1, true);
  if (batches === 1) return tf.reshape(means, [1, channels, ...pixels.map(() => 1)]);
  return tf.reshape(tf.mul(means, tf.ones([1, count / batches, 1])), each.shape);
}

/** Mean and variance of each channel of [n, channels, …] over all other axes, each [1, channels, 1, …]. */
export function channelMoments(image: Tensor): { mean: Tensor; variance: Tensor } {
  const mean = channelMeans(image, 1);
  return { mean, variance: channelMeans(tf.square(tf.sub(image, mean)), 1) };
}

/** The factor and offset per channel that batch normalisation amounts to: image · factor + offset. */
export function normalisation(
  { mean, variance }: { mean: Tensor; variance: Tensor },
  { scale, bias }: { scale: Tensor; bias?: Tensor },
): { factor: Tensor; offset: Tensor } {
  const factor = tf.mul(perChannel(scale, mean.rank), tf.rsqrt(tf.add(variance, VARIANCE_FLOOR)));
  const shift = tf.mul(mean, factor);
  return { factor, offset: bias ? tf.sub(perChannel(bias, mean.rank), shift) : tf.neg(shift) };
}

/**
 * Batch normalisation by the batch's own moments, or those of each of several batches, where the layer has a scale; a bias, if
 * any, where it has none.
 */
export const normalise = (image: Tensor, { scale, bias }: LayerParameters<Tensor>, batches = 1): Tensor =>
  biased(scale === undefined ? image : standardised(image, scale, batches), bias);

/** How far each number is from its channel's mean, and by what its standard deviation is divided. */
function deviations(image: Tensor, batches: number): { deviation: Tensor; inverse: Tensor } {
  const deviation = tf.sub(image, channelMeans(image, batches));
  const variance = channelMeans(tf.square(deviation), batches);
  return { deviation, inverse: tf.rsqrt(tf.add(variance, VARIANCE_FLOOR)) };
}

/**
 * The image with mean 0 and, but for the floor, variance `scale`² in each channel. Its gradient in closed form (Ioffe and
 * Szegedy 2015, section 3) passes over the image half as often as TensorFlow.js' own, which goes back step by step.
 */
const standardised = (image: Tensor, scale: Tensor, batches: number): Tensor =>
  tf.customGrad((...given) => {
    const [image, scale, save] = given as unknown as [Tensor, Tensor, tf.GradSaveFunc];
    save([image, scale]);
    const { deviation, inverse } = deviations(image, batches);
    return {
      value: tf.mul(deviation, tf.mul(inverse, perChannel(scale, image.rank))),
      gradFunc: (dy, saved) => {
        const [image, scale] = saved as [Tensor, Tensor];
        // Taken anew, for a gradient of this gradient; a compiled program has them once.
        const { deviation, inverse } = deviations(image, batches);
        const factor = tf.mul(inverse, perChannel(scale, image.rank));
        const along = tf.mul(channelMeans(tf.mul(dy, deviation), batches), inverse);
        const sideways = tf.sub(dy, tf.mul(deviation, tf.mul(along, inverse)));
        return [
          tf.mul(tf.sub(sideways, channelMeans(dy, batches)), factor),
          tf.reshape(tf.mul(tf.mean(along, 0), image.size / scale.size), scale.shape),
        ];
      },
    };
  })(image, scale);

/** The image with a bias per channel, where there is one. */
export const biased = (image: Tensor, bias: Tensor | undefined): Tensor =>
  bias ? tf.add(image, perChannel(bias, image.rank)) : image;
