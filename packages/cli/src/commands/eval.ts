// demod eval: how well held-out pairs are recovered.
import { prepareImages } from '@blind-demod/distortion-data';
import { evaluate, summaryTable } from '@blind-demod/eval';
import { loadExperiment } from '@blind-demod/experiment';
import type { CommandModule } from 'yargs';
import { foldersOf } from '../folders.js';
import { findGenerators } from '../generators.js';
import { type ArtifactsArguments, artifactsOption, type CommonArguments, countOrAll } from '../options.js';
import { printResult } from '../output.js';

type Arguments = ArtifactsArguments & { images: number | 'all' | undefined };

export const evalCommand: CommandModule<CommonArguments, Arguments> = {
  command: 'eval',
  describe: 'Recover pairs of test images and measure how well; goes on where it was stopped',
  builder: yargs =>
    yargs.options(artifactsOption).option('images', {
      type: 'string',
      requiresArg: true,
      coerce: countOrAll('images'),
      defaultDescription: "the experiment's evaluation.images",
      describe: 'How many pairs, or "all"',
    }),
  handler: async args => {
    const loaded = await loadExperiment(args.config);
    const folders = foldersOf(args.out, loaded.name);
    const found = await findGenerators(loaded, args.out);
    process.stderr.write(`generators: ${Object.values(found.folders).join(', ')}\n`);
    const images = {
      signal: await prepareImages(loaded, 'signal', folders.images('signal')),
      distortion: await prepareImages(loaded, 'distortion', folders.images('distortion')),
    };
    const { pairs, summary, files, solved } = await evaluate(loaded, {
      generators: found.generators,
      images,
      folder: folders.evaluation,
      device: args.device,
      ...(args.images !== undefined && { count: args.images }),
    });
    const perPair = (solved.seconds / solved.pairs).toFixed(2);
    printResult(args, { pairs, generators: found.folders, estimates: summary, files }, [
      summaryTable(summary, { ascii: !process.stdout.isTTY }),
      `${pairs} pairs of test images${solved.pairs > 0 ? `, ${solved.pairs} solved now in ${perPair} s each` : ''}`,
      ...Object.values(files),
    ]);
  },
};
