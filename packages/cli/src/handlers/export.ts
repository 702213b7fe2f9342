// The work of demod export: the generators written as files for other programs.
import { join } from 'node:path';
import { FACTORS } from '@blind-demod/arrays';
import { writeFileAtomic } from '@blind-demod/artifacts';
import { generatorToOnnx } from '@blind-demod/dcgan';
import { loadExperiment } from '@blind-demod/experiment';
import type { Arguments } from '../commands/export.js';
import { findGenerators } from '../generators.js';
import { ARTIFACTS } from '../options.js';
import { printResult } from '../output.js';
import { refuseOtherContent } from '../overwrite.js';

export async function run(args: Arguments): Promise<void> {
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
}
