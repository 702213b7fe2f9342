// The work of demod train: the generators, trained.
import { FACTORS, type Factor } from '@blind-demod/arrays';
import { trainingSettings } from '@blind-demod/dcgan/node';
import { loadExperiment } from '@blind-demod/experiment';
import type { Arguments } from '../commands/train.js';
import { foldersOf } from '../folders.js';
import { generatorFolder, loadModel } from '../generators.js';
import { experimentArgs, launchEvery, logsIn } from '../launching.js';
import { printResult } from '../output.js';
import { refuseOtherTraining } from '../overwrite.js';
import { trainFactors } from '../training.js';

export async function run(args: Arguments): Promise<void> {
  const loaded = await loadExperiment(args.config, args.seed);
  const folders = foldersOf(args.out, loaded.name);
  const asked: readonly Factor[] = args.factor === 'both' ? FACTORS : [args.factor];
  const factors = asked.filter(factor => !loaded.experiment[factor].generator);
  const models: { factor: Factor; onnx: string; trained: false }[] = [];
  for (const factor of asked.filter(one => !factors.includes(one))) {
    const onnx = await generatorFolder(loaded, factor, args.out);
    await loadModel(loaded, factor, onnx, args.device);
    models.push({ factor, onnx, trained: false });
  }
  for (const factor of args.force ? [] : factors) {
    await refuseOtherTraining(folders.generator(factor), trainingSettings(loaded.experiment, factor));
  }
  if (args.launcher !== undefined) {
    const work = factors.map(factor => ({
      name: `train-${factor}`,
      args: ['train', factor, ...experimentArgs(args), ...(args.force ? ['--force'] : [])],
    }));
    await launchEvery(work, args, { title: 'trainings', logs: logsIn(folders.root) });
  }
  const generators = await trainFactors(loaded, factors, { folders, ...args });
  printResult(args, { generators: [...models, ...generators] }, [
    ...models.map(({ factor, onnx }) => `${factor}: nothing to train, its generator is ${onnx}, which works`),
    ...generators.map(
      ({ factor, folder, trained }) => `${factor}: ${trained ? 'trained' : 'already trained'}, in ${folder}`,
    ),
  ]);
}
