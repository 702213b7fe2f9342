// Trained generators from a folder.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ByFactor, byFactor, type Factor } from '@blind-demod/arrays';
import { encoderOf, generatorPrior } from '@blind-demod/dcgan';
import { loadDenoiser, loadEncoder, loadGenerator } from '@blind-demod/dcgan/node';
import type { Denoiser, Encoder, GenerativePrior } from '@blind-demod/demod-core';
import { shipped } from '@blind-demod/shipped';

/** The priors of both factors and, where they are there, what goes with them. */
export interface LoadedGenerators extends ByFactor<GenerativePrior> {
  /** Says where a search for their codes starts. */
  readonly encoder?: Encoder;
  /** Refines what was found. */
  readonly denoiser?: Denoiser;
}

/**
 * The priors that trained generators are, ready for `recover`.
 *
 * @param folder has what `demod train` made of each factor, in `signal` and `distortion`, and perhaps in `encoder` and `denoiser`. If not given: digits under smooth
 * light, 64×64 pixels, one channel.
 * @returns the prior of each factor, whose images are [channels, height, width], with values from 0 to 1; and the encoder and
 * the denoiser that go with them, where they are there.
 * @throws UserError if there are none, or they are damaged.
 * @example
 * import { loadGenerators } from 'blind-demod';
 *
 * const { signal, distortion } = await loadGenerators();
 * console.log(signal.imageShape.join(' × ')); // 1 × 64 × 64
 * console.log(signal.latentDimension, distortion.latentDimension); // 100 2
 */
export async function loadGenerators(folder = shipped('models', 'default')): Promise<LoadedGenerators> {
  const load = (factor: Factor) =>
    loadGenerator(join(folder, factor), {
      remedy: 'give a folder that has generators in signal and distortion',
    });
  const generators = { signal: await load('signal'), distortion: await load('distortion') };
  const [encoder, denoiser] = [join(folder, 'encoder'), join(folder, 'denoiser')];
  const remedy = 'train it again, or take it away';
  return {
    ...byFactor(factor => generatorPrior(generators[factor])),
    ...(existsSync(encoder) && { encoder: encoderOf(await loadEncoder(encoder, { generators, remedy })) }),
    ...(existsSync(denoiser) && { denoiser: (await loadDenoiser(denoiser, { remedy })).denoiser }),
  };
}
