// demod sweep-run: one run of a sweep, in a process of its own. `demod sweep` starts it.
import { loadExperiment } from '@blind-demod/experiment';
import type { Command } from '../command.js';
import { type ArtifactsArguments, artifactsOption, seedOption, testImagesOption } from '../options.js';
import { printResult } from '../output.js';
import { forceOption } from '../overwrite.js';
import { runExperiment } from '../sweep-run.js';

type Arguments = ArtifactsArguments & { images: number | 'all' | undefined; force: boolean };

export const command: Command<Arguments> = {
  builder: yargs => yargs.options({ ...artifactsOption, ...seedOption, ...testImagesOption, ...forceOption }),
  handler: async args => {
    const loaded = await loadExperiment(args.config, args.seed);
    const { pairs, estimates } = await runExperiment(loaded, args);
    const psnr = estimates.refined.psnr.median;
    printResult(args, { run: loaded.name, pairs, estimates }, [
      `${loaded.name}: ${pairs} pairs, refined ${psnr.toFixed(1)} dB`,
    ]);
  },
};
