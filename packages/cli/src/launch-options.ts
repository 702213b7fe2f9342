// The options by which work is divided, and what is wrong with some of them together.
import type { Shard } from '@blind-demod/eval';
import type { InferredOptionTypes, Options } from 'yargs';
import { UsageError } from './exit.js';
import { countOf } from './options.js';

const LAUNCHERS = ['local', 'slurm'] as const;

/** Taken by the commands whose work can be divided. */
export const launchOptions = {
  launcher: {
    choices: LAUNCHERS,
    requiresArg: true,
    describe: 'Divide the work among processes of this machine, or tasks of Slurm',
  },
  jobs: {
    type: 'string',
    requiresArg: true,
    coerce: countOf('jobs'),
    defaultDescription: 'one for every two threads',
    describe: 'With --launcher local: processes at a time, among which the threads are shared out',
  },
  slurm: {
    type: 'string',
    requiresArg: true,
    describe:
      'With --launcher slurm: a JSON file with partition, account, time, memory, cpus, gpus, atOnce and poll, each optional',
  },
} as const satisfies Record<string, Options>;

/** Taken by the commands whose pairs can be divided. */
export const shardsOption = {
  shards: {
    type: 'string',
    requiresArg: true,
    coerce: countOf('shards'),
    defaultDescription: 'with --launcher local, --jobs',
    describe: 'With --launcher: in how many parts the pairs are divided',
  },
} as const satisfies Record<string, Options>;

export type LaunchArguments = InferredOptionTypes<typeof launchOptions>;
export type ShardsArguments = LaunchArguments & InferredOptionTypes<typeof shardsOption>;

/** @throws UsageError when options stand there that the launcher does not take, or do not make sense without one. */
export function checkLaunch({ launcher, jobs, slurm }: Partial<LaunchArguments>): void {
  if (jobs !== undefined && launcher !== 'local') throw new UsageError('--jobs is for --launcher local');
  if (slurm !== undefined && launcher !== 'slurm') throw new UsageError('--slurm is for --launcher slurm');
}

/** The same of commands whose pairs can be divided. @throws UsageError */
export function checkShards(args: Partial<ShardsArguments> & { shard?: Shard | undefined }): void {
  const { launcher, shards, shard } = args;
  if (shards !== undefined && launcher === undefined) throw new UsageError('--shards is for --launcher');
  checkLaunch(args);
  if (launcher === 'slurm' && shards === undefined) {
    throw new UsageError(
      '--launcher slurm needs --shards: in how many parts the pairs are divided, each a task',
    );
  }
  if (launcher && shard) throw new UsageError('--launcher makes the shards: leave out --shard');
}
