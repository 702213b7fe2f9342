// The denoiser of an experiment's generators: that trained here, else the one that came with the experiment.
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { type ByFactor, byFactor } from '@blind-demod/arrays';
import { hashOf } from '@blind-demod/artifacts';
import { type AnyGenerator, generatorSha256 } from '@blind-demod/dcgan';
import { loadDenoiser, type TrainedDenoiser } from '@blind-demod/dcgan/node';
import type { LoadedExperiment } from '@blind-demod/experiment';
import { foldersOf } from './folders.js';

/**
 * Undefined where there is none that was trained for these generators: then a signal is refined by division alone.
 *
 * @throws UserError when one that is there is damaged.
 */
export async function findDenoiser(
  { experiment: { pretrained }, root, name, file }: LoadedExperiment,
  generators: ByFactor<AnyGenerator>,
  { out }: { out: string },
): Promise<TrainedDenoiser | undefined> {
  const places = [
    foldersOf(out, name).denoiser,
    ...(pretrained === undefined
      ? []
      : [relative(process.cwd(), join(resolve(root, pretrained), 'denoiser'))]),
  ];
  for (const place of places.filter(place => existsSync(join(place, 'manifest.json')))) {
    const remedy = `delete ${place} to do without, or run \`npx demod train denoiser --config ${file}\``;
    const found = await loadDenoiser(place, { remedy });
    if (hashOf(found.generators) === hashOf(byFactor(factor => generatorSha256(generators[factor]))))
      return found;
  }
  return undefined;
}
