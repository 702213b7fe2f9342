// The work of demod train denoiser.
import { byFactor } from '@blind-demod/arrays';
import { alone } from '@blind-demod/artifacts';
import { trainDenoiser } from '@blind-demod/dcgan/node';
import { loadExperiment } from '@blind-demod/experiment';
import type { Arguments } from '../commands/train.js';
import { foldersOf } from '../folders.js';
import { findGenerators } from '../generators.js';
import { prepareBoth } from '../images.js';
import { printResult } from '../output.js';

export async function run(args: Arguments): Promise<void> {
  const loaded = await loadExperiment(args.config, args.seed);
  const { seed, solver } = loaded.experiment;
  const folders = foldersOf(args.out, loaded.name);
  const folder = folders.denoiser;
  const { generators, folders: of } = await findGenerators(loaded, args);
  const read = await prepareBoth(loaded, folders);
  const images = byFactor(factor => read[factor].train.pixels);
  const trained = await alone(folder, 'training of the denoiser', () =>
    trainDenoiser({ generators, images, solver, folder, seed, device: args.device }),
  );
  printResult(args, { denoiser: { folder, trained, generators: of } }, [
    `denoiser: ${trained ? 'trained' : 'already trained'}, in ${folder}`,
  ]);
}
