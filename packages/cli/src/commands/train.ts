// demod train: the generators, and their encoder.
import { FACTORS, type Factor } from '@blind-demod/arrays';
import type { Command } from '../command.js';
import { checkLaunch, type LaunchArguments, launchOptions } from '../launch-options.js';
import { type ArtifactsArguments, artifactsOption, forceOption, seedOption } from '../options.js';

export type Arguments = ArtifactsArguments &
  LaunchArguments & { factor: Factor | 'encoder' | 'both'; force: boolean };

export const command: Command<Arguments> = {
  builder: yargs =>
    yargs
      .options({ ...artifactsOption, ...seedOption, ...forceOption, ...launchOptions })
      .positional('factor', {
        choices: [...FACTORS, 'encoder', 'both'] as const,
        default: 'both' as const,
        describe: 'Which generator; with both also their encoder, where the starts are learned',
      })
      .check(args => {
        checkLaunch(args);
        return true;
      })
      .example('$0 train --config configs/quick.json', 'Both generators, one after the other')
      .example('$0 train --launcher slurm --slurm cluster.json', 'Each a task of Slurm'),
  handler: async args => (await import('../handlers/train.js')).run(args),
};
