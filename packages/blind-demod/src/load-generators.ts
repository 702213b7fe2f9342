// Trained generators from a folder.
import { join } from 'node:path';
import type { ByFactor, Factor } from '@blind-demod/arrays';
import { generatorPrior } from '@blind-demod/dcgan';
import { loadGenerator } from '@blind-demod/dcgan/node';
import type { GenerativePrior } from '@blind-demod/demod-core';
import { shipped } from '@blind-demod/shipped';

/**
 * The priors that trained generators are, ready for `recover`.
 *
 * @param folder has what `demod train` made of each factor, in `signal` and `distortion`. If not given: digits under smooth
 * light, 64×64 pixels, one channel.
 * @returns the prior of each factor; its images are [channels, height, width], with values from 0 to 1.
 * @throws UserError if there are none, or they are damaged.
 * @example
 * import { loadGenerators } from 'blind-demod';
 *
 * const { signal, distortion } = await loadGenerators();
 * console.log(signal.imageShape.join(' × ')); // 1 × 64 × 64
 * console.log(signal.latentDimension, distortion.latentDimension); // 100 2
 */
export async function loadGenerators(
  folder = shipped('models', 'default'),
): Promise<ByFactor<GenerativePrior>> {
  const load = async (factor: Factor) => {
    const remedy = 'give a folder that has generators in signal and distortion';
    return generatorPrior(await loadGenerator(join(folder, factor), { remedy }));
  };
  return { signal: await load('signal'), distortion: await load('distortion') };
}
