// The sign check: line 3 of Algorithm 1, which keeps the search out of the three spurious hyperbolas.
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type GenerativePrior, imagesOf } from './prior.js';

/** A code with both its signs tried: the prior's outputs for [code; −code], stacked along the batch. */
interface Candidates {
  readonly code: Tensor;
  readonly outputs: readonly Tensor[];
  /** Images for each sign tried, + first. */
  readonly images: readonly Tensor[];
}

/** One factor after the check. */
interface Chosen {
  /** 1 or −1, [batch, 1]. */
  readonly sign: Tensor;
  readonly code: Tensor;
  /** The prior's outputs for this code. */
  readonly outputs: readonly Tensor[];
}

/** Runs the prior on a batch of codes and, if `both`, on their negatives, in one pass. */
export function candidates(prior: GenerativePrior, code: Tensor, both: boolean): Candidates {
  const outputs = prior.forward(both ? tf.concat([code, tf.neg(code)]) : code);
  return { code, outputs, images: both ? tf.split(imagesOf(outputs), 2) : [imagesOf(outputs)] };
}

/** For each problem of the batch, the pair of candidates of least objective, [batch]; the first among equals. */
export function chooseSigns(
  signal: Candidates,
  distortion: Candidates,
  objective: (signal: Tensor, distortion: Tensor) => Tensor,
): { signal: Chosen; distortion: Chosen; objective: Tensor } {
  // Patterns ++, +−, −+, −−.
  const objectives = tf.stack(signal.images.flatMap(w => distortion.images.map(x => objective(w, x))));
  const pattern = tf.argMin(objectives, 0);
  const one = tf.scalar(1, 'int32');
  const signalFlip =
    signal.images.length === 2 ? tf.cast(tf.greater(pattern, one), 'int32') : tf.zerosLike(pattern);
  const distortionFlip = tf.sub(pattern, tf.mul(signalFlip, tf.scalar(distortion.images.length, 'int32')));
  return {
    signal: chosen(signal, signalFlip),
    distortion: chosen(distortion, distortionFlip),
    objective: tf.min(objectives, 0),
  };
}

/** The candidates that `flip` [batch] (0 for +, 1 for −) names. */
function chosen({ code, outputs, images }: Candidates, flip: Tensor): Chosen {
  const batch = code.shape[0]!;
  const sign = tf.expandDims(tf.sub(1, tf.mul(tf.cast(flip, 'float32'), 2)), 1);
  if (images.length === 1) return { sign, code, outputs };
  const plusRows = tf.tensor1d([...Array(batch).keys()], 'int32');
  const rows = tf.add(plusRows, tf.mul(flip, tf.scalar(batch, 'int32')));
  return {
    sign,
    code: tf.mul(code, sign),
    outputs: outputs.map(output => tf.gather(output, rows as tf.Tensor1D)),
  };
}
