// demod sweep: many experiments, trained and evaluated, beside one another.
import type { Command } from '../command.js';
import { checkLaunch, type LaunchArguments, launchOptions } from '../launch-options.js';
import { type CommonArguments, countOf, forceOption, testImagesOption } from '../options.js';
import { takingFiles } from '../several-files.js';

export type Arguments = CommonArguments &
  LaunchArguments & {
    configs: string[];
    out: string;
    seeds: number | undefined;
    images: number | 'all' | undefined;
    force: boolean;
  };

export const command: Command<Arguments> = {
  builder: yargs =>
    takingFiles(yargs, 'configs', 'Experiments, JSON files')
      .usage(
        `$0 sweep <configs..> --out FOLDER

Trains and evaluates each config that is not done yet, and writes one leaderboard: a table, leaderboard.csv,
leaderboard.json and leaderboard.html, in which each row links to its report. Each run is a process; stopped, or
with more configs, the same command goes on where it was. A run that fails is a row with its reason, and is tried
again by the next call. Logs are in FOLDER/logs.`,
      )
      .options({ ...launchOptions, ...testImagesOption, ...forceOption })
      .option('out', {
        type: 'string',
        requiresArg: true,
        demandOption: true,
        describe: 'Folder of the sweep: the leaderboard, and all that each run makes',
      })
      .option('seeds', {
        type: 'string',
        requiresArg: true,
        coerce: countOf('seeds'),
        defaultDescription: '1',
        describe: 'Runs of each config, with its own seed and the next ones; intervals are then over them',
      })
      .example('$0 sweep configs/architectures/*.json --out sweeps/first', 'Which generators are better?')
      .example('$0 sweep a.json b.json --out sweeps/seeds --seeds 5 --jobs 2', 'Two, five times each')
      .example('$0 sweep *.json --out sweeps/big --launcher slurm --slurm cluster.json', 'On a cluster')
      .check(args => {
        checkLaunch({ ...args, launcher: args.launcher ?? 'local' });
        return true;
      }),
  handler: async args => (await import('../handlers/sweep.js')).run(args),
};
