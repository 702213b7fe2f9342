// The mean square, which is how far reconstructions are from their images.
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Over everything: images and pixels. */
export const meanSquare = (residuals: Tensor): Tensor => tf.mean(tf.square(residuals));
