// The denoiser of an experiment's generators: that trained here, else the one that came with the experiment.
import { type ByFactor, byFactor } from '@blind-demod/arrays';
import { hashOf } from '@blind-demod/artifacts';
import { type AnyGenerator, generatorSha256 } from '@blind-demod/dcgan';
import { loadDenoiser, type TrainedDenoiser } from '@blind-demod/dcgan/node';
import type { LoadedExperiment } from '@blind-demod/experiment';
import { isComplete, placesOf } from './generators.js';

/**
 * Undefined where there is none that was trained for these generators: then a signal is refined by division alone.
 *
 * @throws UserError when one that is there is damaged.
 */
export async function findDenoiser(
  loaded: LoadedExperiment,
  generators: ByFactor<AnyGenerator>,
  { out }: { out: string },
): Promise<TrainedDenoiser | undefined> {
  for (const place of placesOf(loaded, 'denoiser', out).filter(isComplete)) {
    const remedy = `delete ${place} to do without, or run \`npx demod train denoiser --config ${loaded.file}\``;
    const found = await loadDenoiser(place, { remedy });
    if (hashOf(found.generators) === hashOf(byFactor(factor => generatorSha256(generators[factor]))))
      return found;
  }
  return undefined;
}
