// demod eval: how well held-out pairs are recovered, by one process or by several.
import type { Shard } from '@blind-demod/eval';
import type { Command } from '../command.js';
import { UsageError } from '../exit.js';
import { checkShards, launchOptions, type ShardsArguments, shardsOption } from '../launch-options.js';
import {
  type ArtifactsArguments,
  artifactsOption,
  seedOption,
  shardOption,
  testImagesOption,
} from '../options.js';

export type Arguments = ArtifactsArguments &
  ShardsArguments & {
    images: number | 'all' | undefined;
    shard: Shard | undefined;
    merge: number | undefined;
    from: string[];
  };

export const command: Command<Arguments> = {
  builder: yargs =>
    yargs
      .options({
        ...artifactsOption,
        ...seedOption,
        ...testImagesOption,
        ...shardOption,
        ...launchOptions,
        ...shardsOption,
      })
      .option('merge', {
        type: 'string',
        requiresArg: true,
        coerce: toShardCount,
        describe: 'Solve nothing: join what so many shards found to the result of one run',
      })
      .option('from', {
        type: 'string',
        array: true,
        requiresArg: true,
        default: [],
        describe: 'With --merge: other folders that shards had as --out',
      })
      .check(args => {
        checkShards(args);
        const { launcher, shard, merge, from } = args;
        if (launcher && merge) throw new UsageError('--launcher merges the shards: leave out --merge');
        if (shard && merge) throw new UsageError('--shard solves, --merge joins: give one of them');
        if (from.length > 0 && !merge) throw new UsageError('--from is for --merge');
        return true;
      })
      .example('$0 eval --images all --launcher local --jobs 4', 'By four processes')
      .example('$0 eval --images all --launcher slurm --shards 16', 'By sixteen tasks of Slurm'),
  handler: async args => (await import('../handlers/eval.js')).run(args),
};

/** @throws UsageError */
function toShardCount(given: string): number {
  if (/^[1-9]\d{0,5}$/.test(given)) return Number(given);
  throw new UsageError(`--merge expects the number of shards, as 16, got "${given}"`);
}
