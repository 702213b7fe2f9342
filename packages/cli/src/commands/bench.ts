// demod bench: how much of the machine is used.
import type { Command } from '../command.js';
import { UsageError } from '../exit.js';
import type { CommonArguments } from '../options.js';

export type Arguments = CommonArguments & {
  full: boolean;
  maps: number[] | undefined;
  batch: number[] | undefined;
  repetitions: number;
  profile: boolean;
  web: boolean;
  peer: 'pytorch' | undefined;
  ratios: string | undefined;
};

export const command: Command<Arguments> = {
  builder: yargs =>
    yargs
      .option('full', {
        type: 'boolean',
        default: false,
        describe: 'Batches of 1, 16 and 64 images instead of 16 alone; minutes more',
      })
      .option('maps', {
        type: 'number',
        array: true,
        requiresArg: true,
        defaultDescription: '16 32 64',
        describe: 'Base feature maps of the networks',
      })
      .option('batch', {
        type: 'number',
        array: true,
        requiresArg: true,
        defaultDescription: '16; with --full 1 16 64',
        describe: 'Images at once',
      })
      .option('repetitions', {
        type: 'number',
        requiresArg: true,
        default: 5,
        describe: 'Timings of each program, of which the median is told',
      })
      .option('profile', {
        type: 'boolean',
        default: false,
        describe:
          'Tell by operators where the time of a training step and an iteration goes, on the cpu, instead',
      })
      .option('peer', {
        choices: ['pytorch'] as const,
        requiresArg: true,
        describe: 'Let PyTorch take turns with it, where $PYTHON or python3 has it',
      })
      .option('ratios', {
        type: 'string',
        requiresArg: true,
        describe:
          "Also write each program's time to that of the matrix product to a file: benchmarks/VERSION.json",
      })
      .option('web', {
        type: 'boolean',
        default: false,
        describe: 'Measure the page of `demod web` in Chromium, instead',
      })
      .check(({ maps = [], batch = [], repetitions, ratios, profile, web }) => {
        if (ratios !== undefined && (profile || web))
          throw new UsageError('--ratios is of what is measured without --profile and --web');
        const counts = [...maps, ...batch, repetitions];
        if (counts.every(count => Number.isInteger(count) && count > 0)) return true;
        throw new UsageError('--maps, --batch and --repetitions expect whole numbers of at least 1');
      }),
  handler: async args => (await import('../handlers/bench.js')).run(args),
};
