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
          "The experiment's solver with each departure taken back; on pictures that share a distortion; on noisy pictures; or the paper's and what it leaves open",
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
