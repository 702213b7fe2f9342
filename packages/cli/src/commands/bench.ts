// demod bench: how much of the machine is used.
import { benchmark, textTable } from '@blind-demod/eval';
import { chosenDevice } from '@blind-demod/jit';
import type { CommandModule } from 'yargs';
import { UsageError } from '../exit.js';
import type { CommonArguments } from '../options.js';
import { printResult } from '../output.js';

type Arguments = CommonArguments & { maps: number[]; batch: number; repetitions: number };

export const benchCommand: CommandModule<CommonArguments, Arguments> = {
  command: 'bench',
  describe: 'Measure the speed of training and solving beside that of a matrix product',
  builder: yargs =>
    yargs
      .option('maps', {
        type: 'number',
        array: true,
        requiresArg: true,
        default: [64],
        describe: 'Base feature maps of the networks; several are measured one after the other',
      })
      .option('batch', { type: 'number', requiresArg: true, default: 64, describe: 'Images at once' })
      .option('repetitions', {
        type: 'number',
        requiresArg: true,
        default: 7,
        describe: 'Timings of each program, of which the median is told',
      })
      .check(({ maps, batch, repetitions }) => {
        if ([...maps, batch, repetitions].every(count => Number.isInteger(count) && count > 0)) return true;
        throw new UsageError('--maps, --batch and --repetitions expect whole numbers of at least 1');
      }),
  handler: async args => {
    const { batch, repetitions } = args;
    const device = chosenDevice(args.device);
    const results = [];
    for (const maps of args.maps)
      results.push({ maps, rows: await benchmark({ maps, batch, repetitions, device }) });
    const peakMemoryMB = Math.round(process.resourceUsage().maxRSS / 1024);
    const lines = results.flatMap(({ maps, rows }) =>
      rows.map(({ program, milliseconds, gigaflops, share }) => [
        program,
        `${maps}`,
        `${milliseconds.toFixed(1)} ms`,
        gigaflops.toFixed(0),
        `${(100 * share).toFixed(0)} %`,
      ]),
    );
    const head = ['program', 'maps', 'median', 'GFLOP/s', 'of the product'];
    printResult(args, { device, batch, repetitions, results, peakMemoryMB }, [
      textTable(head, lines, { ascii: !process.stdout.isTTY }),
      `device ${device}, 64×64 pixels, batches of ${batch}; peak memory ${peakMemoryMB} MB`,
    ]);
  },
};
