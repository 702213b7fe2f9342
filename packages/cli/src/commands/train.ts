// demod train: the generators.

import { FACTORS, type Factor } from '@blind-demod/arrays';
import { alone, startProgress } from '@blind-demod/artifacts';
import { generatorPrior } from '@blind-demod/dcgan';
import { GENERATOR_KIND, type Score, trainGenerator, trainingSettings } from '@blind-demod/dcgan/node';
import { representationError } from '@blind-demod/demod-core';
import { prepareImages } from '@blind-demod/distortion-data';
import { loadExperiment } from '@blind-demod/experiment';
import type { Device } from '@blind-demod/jit';
import type { CommandModule } from 'yargs';
import { foldersOf } from '../folders.js';
import { generatorFolder } from '../generators.js';
import { type ArtifactsArguments, artifactsOption, type CommonArguments } from '../options.js';
import { printResult } from '../output.js';
import { forceOption, refuseOther } from '../overwrite.js';

/** What to do where a generator of other settings is in the way. */
const INSTEAD = 'keep it by another name of the config or another --out, or replace it with --force';

/** The search for codes by which generators are scored. */
const SEARCH = { starts: 2, iterations: 300 };

type Arguments = ArtifactsArguments & { factor: Factor | 'both'; force: boolean };

export const trainCommand: CommandModule<CommonArguments, Arguments> = {
  command: 'train [factor]',
  describe: 'Train the generators; goes on where it was stopped, does nothing when they are there',
  builder: yargs =>
    yargs.options({ ...artifactsOption, ...forceOption }).positional('factor', {
      choices: [...FACTORS, 'both'] as const,
      default: 'both' as const,
      describe: 'Which generator',
    }),
  handler: async args => {
    const loaded = await loadExperiment(args.config);
    const folders = foldersOf(args.out, loaded.name);
    const asked: readonly Factor[] = args.factor === 'both' ? FACTORS : [args.factor];
    const factors = asked.filter(factor => !loaded.experiment[factor].generator);
    const models: { factor: Factor; onnx: string; trained: false }[] = [];
    for (const factor of asked.filter(one => !factors.includes(one))) {
      models.push({ factor, onnx: await generatorFolder(loaded, factor, args.out), trained: false });
    }
    for (const factor of args.force ? [] : factors) {
      const settings = trainingSettings(loaded.experiment, factor);
      await refuseOther(folders.generator(factor), { kind: GENERATOR_KIND, settings }, INSTEAD);
    }
    const train = async () => {
      const generators: { factor: Factor; folder: string; trained: boolean }[] = [];
      for (const factor of factors) {
        const images = await prepareImages(loaded, factor, folders.images(factor));
        const folder = folders.generator(factor);
        const score = scoring(loaded.experiment.seed, args.device);
        const trained = await trainGenerator(loaded, factor, { images, folder, device: args.device, score });
        generators.push({ factor, folder, trained });
      }
      return generators;
    };
    // All folders before the first training: whoever waits for the generators then waits for both.
    const locked = factors.reduce<typeof train>(
      (body, factor) => () => alone(folders.generator(factor), `training of the ${factor}`, body),
      train,
    );
    const generators = await locked();
    printResult(args, { generators: [...models, ...generators] }, [
      ...models.map(({ factor, onnx }) => `${factor}: nothing to train, its generator is ${onnx}`),
      ...generators.map(
        ({ factor, folder, trained }) =>
          `${factor}: ${trained ? 'trained' : 'already trained'}, in ${folder}`,
      ),
    ]);
  },
};

/** The representation error as a measure of generators, its progress on stderr. */
function scoring(seed: number, device: Device): Score {
  return async (generator, images, title) => {
    const progress = startProgress({ title, total: SEARCH.iterations });
    try {
      const prior = generatorPrior(generator);
      const onIteration = (done: number) => progress.update(done);
      const { errors } = await representationError(prior, images, { ...SEARCH, seed, device, onIteration });
      return errors;
    } finally {
      progress.stop();
    }
  };
}
