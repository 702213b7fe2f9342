// What a discriminator says of real and of generated images.

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Networks } from '../networks.js';
import type { Parameters } from '../parameters.js';

/** The verdicts on as many real as generated images: judged at once, which is faster, each normalised among its own. */
export function verdicts(
  discriminate: Networks['discriminate'],
  discriminator: Parameters<Tensor>,
  { real, fake }: Readonly<Record<'real' | 'fake', Tensor>>,
): Record<'real' | 'fake', Tensor> {
  const both = discriminate(discriminator, tf.concat([real, fake]), 2);
  const [ofReal, ofFake] = tf.split(both, 2) as [Tensor, Tensor];
  return { real: ofReal, fake: ofFake };
}
