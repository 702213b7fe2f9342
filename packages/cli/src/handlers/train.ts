// The work of demod train: the generators, trained, and then their encoder.
import { FACTORS, type Factor, UserError } from '@blind-demod/arrays';
import { trainingSettings } from '@blind-demod/dcgan/node';
import { loadExperiment } from '@blind-demod/experiment';
import type { Arguments as All } from '../commands/train.js';
import { foldersOf } from '../folders.js';
import { generatorFolder, loadModel } from '../generators.js';
import { experimentArgs, launchEvery, logsIn } from '../launching.js';
import { printResult } from '../output.js';
import { refuseOtherTraining } from '../overwrite.js';
import { trainEncoderOf, trainFactors } from '../training.js';

/** Of all but a denoiser. */
type Arguments = All & { factor: Factor | 'encoder' | 'both' };

export async function run(args: Arguments): Promise<void> {
  const loaded = await loadExperiment(args.config, args.seed);
  const folders = foldersOf(args.out, loaded.name);
  const { starts } = loaded.experiment.solver;
  const asked: readonly Factor[] =
    args.factor === 'both' ? FACTORS : args.factor === 'encoder' ? [] : [args.factor];
  if (args.factor === 'encoder' && starts === undefined) {
    throw new UserError(`${args.config}: no encoder is used; set "solver.starts" to "learned"`);
  }
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
  const taskOf = (what: Factor | 'encoder') => ({
    name: `train-${what}`,
    args: ['train', what, ...experimentArgs(args), ...(args.force ? ['--force'] : [])],
  });
  const launch = (work: ReturnType<typeof taskOf>[]) =>
    launchEvery(work, args, { title: 'trainings', logs: logsIn(folders.root) });
  if (args.launcher !== undefined) await launch(factors.map(taskOf));
  const generators = await trainFactors(loaded, factors, { folders, ...args });
  const takesEncoder = starts !== undefined && (args.factor === 'both' || args.factor === 'encoder');
  if (takesEncoder && args.launcher !== undefined) await launch([taskOf('encoder')]);
  const encoder = takesEncoder ? await trainEncoderOf(loaded, { folders, ...args }) : undefined;
  printResult(args, { generators: [...models, ...generators], ...(encoder && { encoder }) }, [
    ...models.map(({ factor, onnx }) => `${factor}: nothing to train, its generator is ${onnx}, which works`),
    ...[...generators, ...(encoder ? [{ factor: 'encoder', ...encoder }] : [])].map(
      ({ factor, folder, trained }) => `${factor}: ${trained ? 'trained' : 'already trained'}, in ${folder}`,
    ),
  ]);
}
