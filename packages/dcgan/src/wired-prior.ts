// The prior of a generator whose layers do not simply follow one another.

import type { GenerativePrior } from '@blind-demod/demod-core';
import { constant } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerFunction } from './architectures/architecture.js';
import type { Generator } from './generator.js';
import { biased } from './layers.js';
import { architectureOf, drawnShape, finish } from './networks.js';

/**
 * `forward` keeps what each layer gives. `backward` goes through the layers from the last to the first: what stands between
 * them is computed anew from what was kept and differentiated automatically, and each layer is passed by its adjoint. So it
 * costs no second pass forward.
 */
export function wiredPrior(generator: Generator): GenerativePrior {
  const { latentDimension, imageShape, parameters } = generator;
  const { linear, wire } = architectureOf(generator);
  const place = { depth: parameters.length, imageShape: drawnShape(generator) };
  const linearPart = (index: number, input: Tensor) =>
    linear(input, constant(parameters[index]!.weight), { ...place, index });
  const image = (codes: Tensor, layer: LayerFunction) => finish(wire!(codes, layer, place), generator);
  return {
    latentDimension,
    imageShape,
    forward: codes => {
      const outputs: Tensor[] = [];
      const last = image(codes, (index, input) => {
        const { bias } = parameters[index]!;
        outputs[index] = biased(linearPart(index, input), bias && constant(bias));
        return outputs[index];
      });
      return [...outputs, last];
    },
    backward: (outputs, cotangent) => {
      const codes = tf.zeros([cotangent.shape[0]!, latentDimension]);
      /** What goes into each layer, in the order in which they are passed, and the image, by what comes out of them. */
      const walk = (outputOf: (index: number) => Tensor) => {
        const inputs = new Map<number, Tensor>();
        const last = image(codes, (index, input) => {
          inputs.set(index, input);
          return outputOf(index);
        });
        return { inputs, image: last };
      };
      const order = [...walk(index => outputs[index]!).inputs].reverse();
      /** The gradient with respect to what goes into each layer. */
      const gradients = new Map<number, Tensor>();
      for (const [index, input] of order) {
        const toOutput = tf.grad((output: Tensor) => {
          const moved = walk(other => (other === index ? output : outputs[other]!));
          const products = [...gradients].map(([later, gradient]) =>
            tf.sum(tf.mul(moved.inputs.get(later)!, gradient)),
          );
          return tf.addN([...products, tf.sum(tf.mul(moved.image, cotangent))]);
        })(outputs[index]!);
        const toInput = tf.grad((at: Tensor) => linearPart(index, at))(tf.zeros(input.shape), toOutput);
        gradients.set(index, toInput);
      }
      return gradients.get(0)!;
    },
  };
}
