// demod ablate: what each part of the solver is worth, measured on training images.
import type { Command } from '../command.js';
import { type ArtifactsArguments, artifactsOption, countOrAll, seedOption } from '../options.js';

export type Arguments = ArtifactsArguments & {
  study: 'solver' | 'groups' | 'noise' | 'paper';
  images: number | 'all';
};

export const command: Command<Arguments> = {
  builder: yargs =>
    yargs
      .options({ ...artifactsOption, ...seedOption })
      .positional('study', {
        choices: ['solver', 'groups', 'noise', 'paper'] as const,
        default: 'solver' as const,
        describe:
          "solver: each departure from the paper taken back; groups: pictures that share a distortion; noise: noisy pictures; paper: the paper's solver and what it leaves open",
      })
      .option('images', {
        type: 'string',
        requiresArg: true,
        default: '32',
        coerce: countOrAll('images'),
        describe: 'How many pairs of training images',
      }),
  handler: async args => (await import('../handlers/ablate.js')).run(args),
};
