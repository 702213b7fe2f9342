// demod compare: all methods on the same held-out pairs, under every condition.
import type { Named, Shard } from '@blind-demod/eval';
import { CONDITIONS, MORE_CONDITIONS } from '@blind-demod/eval/conditions';
import type { Command } from '../command.js';
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
    shard: Shard | undefined;
    images: number | 'all' | undefined;
    conditions: string | undefined;
    methods: string | undefined;
  };

export const command: Command<Arguments> = {
  builder: yargs =>
    yargs
      .usage(
        `$0 compare

Recovers the same pairs of test images by every method under every condition, and writes tables, a plot and a
line per pair to artifacts/NAME/compare/. What is done is kept: stopped, it goes on where it was; with more
images it does only the new ones; what demod eval solved, it does not solve again.`,
      )
      .options({
        ...artifactsOption,
        ...seedOption,
        ...testImagesOption,
        ...shardOption,
        ...launchOptions,
        ...shardsOption,
      })
      .check(args => {
        checkShards(args);
        return true;
      })
      .option('conditions', {
        type: 'string',
        requiresArg: true,
        defaultDescription: listOf(CONDITIONS),
        describe: `Which, with commas between; besides: ${listOf(MORE_CONDITIONS)}`,
      })
      .option('methods', {
        type: 'string',
        requiresArg: true,
        defaultDescription: 'all but those that only look for a light',
        describe:
          'Which, with commas between; an unknown name lists them all. observation and those that only look for a light need no generators',
      })
      .example('$0 compare --images all', 'The whole table')
      .example('$0 compare --images all --launcher local --jobs 4', 'The same by four processes')
      .example(
        '$0 compare --methods correct,n4,basic --conditions shared-16',
        'Ways to even out real pictures, the last two by Python',
      )
      .example('$0 compare --methods paper,ours-refined --conditions clean,noise-5', 'A part of it'),
  handler: async args => (await import('../handlers/compare.js')).run(args),
};

/** As the command line takes them. */
export function listOf(named: readonly Named[]): string {
  return named.map(({ name }) => name).join(', ');
}
