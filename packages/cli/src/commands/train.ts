// demod train: the generators.
import { trainGenerator } from '@blind-demod/dcgan';
import { prepareImages } from '@blind-demod/distortion-data';
import { FACTORS, type Factor, loadExperiment } from '@blind-demod/experiment';
import type { CommandModule } from 'yargs';
import { foldersOf } from '../folders.js';
import { type ArtifactsArguments, artifactsOption, type CommonArguments } from '../options.js';
import { printResult } from '../output.js';

type Arguments = ArtifactsArguments & { factor: Factor | 'both' };

export const trainCommand: CommandModule<CommonArguments, Arguments> = {
  command: 'train [factor]',
  describe: 'Train the generators; goes on where it was stopped, does nothing when they are there',
  builder: yargs =>
    yargs.options(artifactsOption).positional('factor', {
      choices: [...FACTORS, 'both'] as const,
      default: 'both' as const,
      describe: 'Which generator',
    }),
  handler: async args => {
    const loaded = await loadExperiment(args.config);
    const folders = foldersOf(args.out, loaded.name);
    const generators: { factor: Factor; folder: string; trained: boolean }[] = [];
    for (const factor of args.factor === 'both' ? FACTORS : [args.factor]) {
      const images = await prepareImages(loaded, factor, folders.images(factor));
      const folder = folders.generator(factor);
      const trained = await trainGenerator(loaded, factor, { images, folder, device: args.device });
      generators.push({ factor, folder, trained });
    }
    printResult(
      args,
      { generators },
      generators.map(
        ({ factor, folder, trained }) =>
          `${factor}: ${trained ? 'trained' : 'already trained'}, in ${folder}`,
      ),
    );
  },
};
