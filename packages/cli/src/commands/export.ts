// demod export: the generators as files for other programs.

import { join } from 'node:path';
import { FACTORS } from '@blind-demod/arrays';
import { writeFileAtomic } from '@blind-demod/artifacts';
import { generatorToOnnx } from '@blind-demod/dcgan';
import { loadExperiment } from '@blind-demod/experiment';
import type { Command } from '../command.js';
import { findGenerators } from '../generators.js';
import { ARTIFACTS, type ExperimentArguments, seedOption } from '../options.js';
import { printResult } from '../output.js';
import { forceOption, refuseOtherContent } from '../overwrite.js';

export const command: Command<ExperimentArguments & { out: string; force: boolean }> = {
  builder: yargs =>
    yargs.options({ ...seedOption, ...forceOption }).option('out', {
      type: 'string',
      requiresArg: true,
      default: 'exported',
      describe: 'Folder of the models: signal.onnx and distortion.onnx, "code" to "image"',
    }),
  handler: async args => {
    const loaded = await loadExperiment(args.config, args.seed);
    const { generators, folders } = await findGenerators(loaded, { out: ARTIFACTS, device: args.device });
    const models = FACTORS.map(factor => ({
      file: join(args.out, `${factor}.onnx`),
      model: generatorToOnnx(generators[factor]),
    }));
    for (const { file, model } of args.force ? [] : models) await refuseOtherContent(file, model);
    for (const { file, model } of models) await writeFileAtomic(file, model);
    const files = models.map(({ file }) => file);
    printResult(args, { generators: folders, files }, files);
  },
};
