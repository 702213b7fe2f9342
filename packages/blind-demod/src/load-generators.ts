// Trained generators from a folder.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ByFactor, Factor } from '@blind-demod/arrays';
import { generatorPrior } from '@blind-demod/dcgan';
import { loadGenerator } from '@blind-demod/dcgan/node';
import type { GenerativePrior } from '@blind-demod/demod-core';

/** Generators of digits and of smooth distortions, which come with the repository. */
const SHIPPED = fileURLToPath(new URL('../../../models/paper', import.meta.url));

/**
 * The priors that trained generators are, ready for `recover`.
 *
 * @param folder has what `demod train` made of each factor, in `signal` and `distortion`. If not given: digits under smooth
 * light, 64×64 pixels, one channel.
 * @throws UserError if there are none, or they are damaged.
 */
export async function loadGenerators(folder = SHIPPED): Promise<ByFactor<GenerativePrior>> {
  const load = async (factor: Factor) => {
    const remedy = 'give a folder that has generators in signal and distortion';
    return generatorPrior(await loadGenerator(join(folder, factor), { remedy }));
  };
  return { signal: await load('signal'), distortion: await load('distortion') };
}
