// demod train: the generators, and the networks that go with them; or the prior of a specimen.
import { FACTORS, type Factor } from '@blind-demod/arrays';
import type { Command } from '../command.js';
import { UsageError } from '../exit.js';
import { checkLaunch, type LaunchArguments, launchOptions } from '../launch-options.js';
import {
  type ArtifactsArguments,
  artifactsOption,
  cameraOptions,
  forceOption,
  seedOption,
} from '../options.js';

export type Arguments = ArtifactsArguments &
  LaunchArguments & {
    factor: Factor | 'encoder' | 'denoiser' | 'both';
    pictures: string[] | undefined;
    dark: string | undefined;
    mask: string | undefined;
    force: boolean;
  };

export const command: Command<Arguments> = {
  builder: yargs =>
    yargs
      .options({ ...artifactsOption, ...seedOption, ...forceOption, ...launchOptions })
      .positional('factor', {
        choices: [...FACTORS, 'encoder', 'denoiser', 'both'] as const,
        default: 'both' as const,
        describe:
          'Which generator; both trains their encoder, too, where the starts are learned. denoiser: what refines their signals, once they are trained (half an hour)',
      })
      .option('pictures', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe:
          "Train a specimen's prior for `demod correct --prior` on these pictures, in OUT/prior, and no generators (minutes; begun anew each time)",
      })
      .options(cameraOptions)
      .check(args => {
        checkLaunch(args);
        const camera = Object.keys(cameraOptions).find(name => args[name as keyof typeof cameraOptions]);
        if (camera && !args.pictures) throw new UsageError(`--${camera} is for --pictures`);
        if (args.pictures && (args.factor !== 'both' || args.launcher))
          throw new UsageError('--pictures trains a prior of its own: no factor and no --launcher beside it');
        if (args.factor === 'denoiser' && args.launcher !== undefined)
          throw new UsageError('a denoiser is trained by one process: leave --launcher out');
        return true;
      })
      .example('$0 train --config configs/quick.json', 'Both generators, one after the other')
      .example('$0 train denoiser --config configs/quick.json', 'Then what refines their signals')
      .example('$0 train --launcher slurm --slurm cluster.json', 'Each a task of Slurm')
      .example('$0 train --pictures slides/', "A specimen's prior, in artifacts/prior"),
  handler: async args => {
    if (args.pictures) return (await import('../handlers/train-prior.js')).run(args);
    if (args.factor === 'denoiser') return (await import('../handlers/train-denoiser.js')).run(args);
    return (await import('../handlers/train.js')).run({ ...args, factor: args.factor });
  },
};
