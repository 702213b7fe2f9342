// Pictures that share a distortion: N rows of signals, side by side, to a row of the distortion. How many they are follows
// from the two batches; of one picture each, nothing is done.
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** N, for batches of signals [groups × N, …] and distortions [groups, …]. */
export const picturesOf = (
  signal: { shape: readonly number[] },
  distortion: { shape: readonly number[] },
): number => signal.shape[0]! / distortion.shape[0]!;

/** The distortion of each signal: [groups, …] as [groups × N, …]. */
export function forEachPicture(distortion: Tensor, signal: Tensor): Tensor {
  const pictures = picturesOf(signal, distortion);
  if (pictures === 1) return distortion;
  const groups = distortion.shape[0]!;
  const rows = Array.from({ length: groups * pictures }, (_, row) => Math.floor(row / pictures));
  return tf.gather(distortion, tf.tensor1d(rows, 'int32'));
}

/** The mean over the pictures of each distortion: [groups × N, …] as [groups, …]. */
export function meanOverPictures(values: Tensor, distortion: Tensor): Tensor {
  const pictures = picturesOf(values, distortion);
  if (pictures === 1) return values;
  return tf.mean(tf.reshape(values, [distortion.shape[0]!, pictures, ...values.shape.slice(1)]), 1);
}
