// What the solver knows of a factor: it lies in the range of a network, a sequence of affine maps each followed by an
// elementwise function.
import { float32, randomStream } from '@blind-demod/arrays';
import { constant } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** What may be: the images in the range of a network. */
export interface GenerativePrior {
  /** n for the signal (G1), p for the distortion (G2). */
  readonly latentDimension: number;
  /** Shape of one image: [channels, height, width], or [ℓ] for a network without geometry. */
  readonly imageShape: readonly number[];
  /**
   * The output of every layer for codes [batch, latentDimension]; the last are the images [batch, ...imageShape].
   * Differentiable. To be called inside a compiled function.
   */
  forward(codes: Tensor): Tensor[];
  /**
   * The gradient with respect to the codes, Λᵀ·cotangent in the paper's notation, given what `forward` returned for
   * them and the gradient with respect to the images. It needs no second pass forward.
   */
  backward(outputs: readonly Tensor[], cotangent: Tensor): Tensor;
}

/** The two networks, G1 and G2. */
export type Priors = readonly [signal: GenerativePrior, distortion: GenerativePrior];

/** An affine map followed by an elementwise function: one layer of a network that the solver can search. */
export interface AffineLayer {
  /** The affine map, of a batch. To be called inside a compiled function. */
  apply(input: Tensor): Tensor;
  readonly activation: 'none' | 'relu' | { readonly sigmoidInto: readonly [low: number, high: number] };
}

/**
 * The last of a prior's outputs: the images.
 *
 * @example
 * import { imagesOf, randomReluPrior } from '@blind-demod/demod-core';
 * import { compile, float32 } from '@blind-demod/jit';
 *
 * const prior = randomReluPrior({ widths: [2, 10, 30], seed: 1, name: 'signal' });
 * const code = float32([1, 2], Float32Array.of(1, -1));
 * const draw = await compile(codes => imagesOf(prior.forward(codes)), code, { device: 'cpu' });
 * console.log((await draw.run(code)).shape); // [ 1, 30 ]
 */
export const imagesOf = (outputs: readonly Tensor[]): Tensor => outputs.at(-1)!;

/**
 * A prior of the given layers, the first of which takes codes [batch, latentDimension].
 *
 * @example
 * import { imagesOf, layeredPrior } from '@blind-demod/demod-core';
 * import { compile, float32 } from '@blind-demod/jit';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const double = { apply: input => tf.mul(input, 2), activation: 'relu' };
 * const prior = layeredPrior(3, [3], [double]);
 * const code = float32([1, 3], Float32Array.of(-1, 0, 1));
 * const draw = await compile(codes => imagesOf(prior.forward(codes)), code, { device: 'cpu' });
 * console.log([...(await draw.run(code)).data].join(' ')); // 0 0 2
 */
export function layeredPrior(
  latentDimension: number,
  imageShape: readonly number[],
  layers: readonly AffineLayer[],
): GenerativePrior {
  return {
    latentDimension,
    imageShape,
    forward: codes => {
      const outputs: Tensor[] = [];
      for (const layer of layers) outputs.push(activate(layer, layer.apply(outputs.at(-1) ?? codes)));
      return outputs;
    },
    backward: (outputs, cotangent) => {
      let gradient = cotangent;
      for (let index = layers.length - 1; index >= 0; index--) {
        const layer = layers[index]!;
        const inputShape = index === 0 ? [cotangent.shape[0]!, latentDimension] : outputs[index - 1]!.shape;
        gradient = adjoint(layer, tf.mul(gradient, slope(layer, outputs[index]!)), inputShape);
      }
      return gradient;
    },
  };
}

function activate({ activation }: AffineLayer, value: Tensor): Tensor {
  if (activation === 'none') return value;
  if (activation === 'relu') return tf.relu(value);
  return intoRange(value, activation.sigmoidInto);
}

/**
 * tanh, rescaled from [−1, 1] to the output range.
 *
 * @param activation any shape, any numbers. To be called inside a compiled function.
 * @example
 * import { intoRange } from '@blind-demod/demod-core';
 * import { compile, float32 } from '@blind-demod/jit';
 *
 * const values = float32([3], Float32Array.of(-9, 0, 9));
 * const program = await compile(x => intoRange(x, [0, 1]), values, { device: 'cpu' });
 * console.log([...(await program.run(values)).data].map(value => value.toFixed(2)).join(' ')); // 0.00 0.50 1.00
 */
export function intoRange(activation: Tensor, [low, high]: readonly [number, number]): Tensor {
  return tf.add(tf.mul(tf.sigmoid(tf.mul(activation, 2)), high - low), low);
}

/** The activation's derivative, as a function of its own output. */
function slope({ activation }: AffineLayer, output: Tensor): Tensor {
  if (activation === 'none') return tf.onesLike(output);
  if (activation === 'relu') return tf.step(output);
  const [low, high] = activation.sigmoidInto;
  return tf.mul(tf.mul(tf.sub(output, low), tf.sub(high, output)), 2 / (high - low));
}

/** The transpose of a layer's linear part, by differentiating it: an affine map's gradient is the same everywhere. */
function adjoint(layer: AffineLayer, cotangent: Tensor, inputShape: number[]): Tensor {
  return tf.grad((input: Tensor) => layer.apply(input))(tf.zeros(inputShape), cotangent);
}

/**
 * A random network of Theorem 2: relu(W_d … relu(W_1 z)), no biases, entries of W_i normal. `widths` are the latent
 * dimension, the hidden widths and the number of measurements ℓ.
 *
 * The variance is 2 / n_{i−1} instead of the paper's 1 / n_i: each layer then keeps the size of an entry, an image's
 * entries are of the order of the code's, and the mean objective has a curvature of order one. It is the paper's
 * network up to a constant factor.
 *
 * @param name tells random networks of the same seed apart.
 * @example
 * import { randomReluPrior } from '@blind-demod/demod-core';
 *
 * const prior = randomReluPrior({ widths: [5, 40, 200], seed: 1, name: 'signal' });
 * console.log(prior.latentDimension, prior.imageShape); // 5 [ 200 ]
 */
export function randomReluPrior({
  widths,
  seed,
  name,
}: {
  widths: readonly number[];
  seed: number;
  name: string;
}): GenerativePrior {
  const layers = widths.slice(1).map((width, index): AffineLayer => {
    const from = widths[index]!;
    const deviation = Math.sqrt(2 / from);
    const normals = randomStream(seed, 'random network', name, index).normals(from * width);
    const weight = float32(
      [from, width],
      normals.map(normal => deviation * normal),
    );
    return {
      apply: input => tf.matMul(input as tf.Tensor2D, constant(weight) as tf.Tensor2D),
      activation: 'relu',
    };
  });
  return layeredPrior(widths[0]!, [widths.at(-1)!], layers);
}
