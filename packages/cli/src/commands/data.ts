// demod data: the images of both factors.
import { FACTORS, type Factor } from '@blind-demod/arrays';
import { prepareImages } from '@blind-demod/distortion-data';
import { loadExperiment } from '@blind-demod/experiment';
import type { CommandModule } from 'yargs';
import { foldersOf } from '../folders.js';
import { type ArtifactsArguments, artifactsOption, type CommonArguments, seedOption } from '../options.js';
import { printResult } from '../output.js';

export const dataCommand: CommandModule<CommonArguments, ArtifactsArguments> = {
  command: 'data',
  describe: 'Make the training and test images of both factors',
  builder: yargs => yargs.options({ ...artifactsOption, ...seedOption }),
  handler: async args => {
    const loaded = await loadExperiment(args.config, args.seed);
    const made: { factor: Factor; train: number; test: number; folder: string }[] = [];
    for (const factor of FACTORS) {
      const folder = foldersOf(args.out, loaded.name).images(factor);
      const { train, test } = await prepareImages(loaded, factor, folder);
      made.push({ factor, train: train.labels.length, test: test.labels.length, folder });
    }
    printResult(
      args,
      { images: made },
      made.map(
        ({ factor, train, test, folder }) =>
          `${factor}: ${train} training and ${test} test images in ${folder}`,
      ),
    );
  },
};
