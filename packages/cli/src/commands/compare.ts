// demod compare: all methods on the same held-out pairs, under every condition.
import { alone } from '@blind-demod/artifacts';
import {
  allProcedures,
  byName,
  CONDITIONS,
  compare,
  compareShard,
  comparisonTables,
  MORE_CONDITIONS,
  type Named,
  type Shard,
  withMethods,
} from '@blind-demod/eval';
import { loadExperiment } from '@blind-demod/experiment';
import { chosenDevice } from '@blind-demod/jit';
import type { Command } from '../command.js';
import { UsageError } from '../exit.js';
import { foldersOf } from '../folders.js';
import { findGenerators } from '../generators.js';
import { prepareBoth } from '../images.js';
import {
  checkLaunch,
  launchOptions,
  launchShards,
  type ShardsArguments,
  shardsOf,
  shardsOption,
} from '../launching.js';
import {
  type ArtifactsArguments,
  artifactsOption,
  seedOption,
  shardOption,
  testImagesOption,
} from '../options.js';
import { printResult } from '../output.js';

type Arguments = ArtifactsArguments &
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
        checkLaunch(args);
        if (args.launcher) shardsOf(args);
        if (args.launcher && args.shard)
          throw new UsageError('--launcher makes the shards: leave out --shard');
        return true;
      })
      .option('conditions', {
        type: 'string',
        requiresArg: true,
        defaultDescription: namesOf(CONDITIONS),
        describe: `Which, with commas between; besides: ${namesOf(MORE_CONDITIONS)}`,
      })
      .option('methods', {
        type: 'string',
        requiresArg: true,
        defaultDescription: 'all',
        describe: 'Which, with commas between; a name that there is not lists those that there are',
      })
      .example('$0 compare --images all', 'The whole table')
      .example('$0 compare --images all --launcher local --jobs 4', 'The same by four processes')
      .example('$0 compare --methods paper,ours-refined --conditions clean,noise-5', 'A part of it'),
  handler: async args => {
    const conditions = [...CONDITIONS, ...MORE_CONDITIONS];
    const conditionNames = chosen('conditions', args.conditions, conditions, CONDITIONS);
    const loaded = await loadExperiment(args.config, args.seed);
    const folders = foldersOf(args.out, loaded.name);
    const { generators } = await findGenerators(loaded, args);
    const images = await prepareBoth(loaded, folders);
    const { experiment } = loaded;
    const device = await chosenDevice(args.device);
    const training = { signal: images.signal.train, distortion: images.distortion.train };
    const procedures = allProcedures({ experiment, training, generators, device });
    const methods = procedures.flatMap(procedure => procedure.methods);
    const input = {
      images,
      procedures: withMethods(procedures, chosen('methods', args.methods, methods)),
      conditions: conditions.filter(({ name }) => conditionNames.includes(name)),
      folder: folders.comparison,
      trials: folders.trials,
      ...(args.images !== undefined && { count: args.images }),
    };
    if (args.shard) {
      const { pairs, total } = await compareShard(loaded, input, args.shard);
      const name = `${args.shard.index}/${args.shard.count}`;
      return printResult(args, { shard: name, pairs, of: total }, [
        `shard ${name}: ${pairs} of ${total} pairs of test images`,
        'once all are done: demod compare with the same options, but --shard',
      ]);
    }
    if (args.launcher !== undefined) {
      const options = (['conditions', 'methods'] as const).flatMap(name => {
        const given = args[name];
        return given === undefined ? [] : [`--${name}`, given];
      });
      await launchShards('compare', args, folders.root, options);
    }
    const run = () => compare(loaded, input);
    const { pairs, results, files } = await alone(folders.comparison, 'comparison', run);
    printResult(args, { pairs, conditions: byName(results), files }, [
      comparisonTables(results, { ascii: !process.stdout.isTTY }),
      '',
      `${pairs} pairs of test images; medians, and 10th percentiles where it says 10 %`,
      ...Object.values(files),
    ]);
  },
};

/** The names on the command line, which must be among those there are; the usual ones where none are given. @throws UsageError */
function chosen(
  option: string,
  given: string | undefined,
  known: readonly Named[],
  usual: readonly Named[] = known,
): string[] {
  if (given === undefined) return usual.map(({ name }) => name);
  const names = given.split(',').map(name => name.trim());
  const stranger = names.find(wanted => !known.some(({ name }) => name === wanted));
  if (stranger === undefined) return names;
  throw new UsageError(`--${option}: there is no "${stranger}"; there are ${namesOf(known)}`);
}

function namesOf(named: readonly Named[]): string {
  return named.map(({ name }) => name).join(', ');
}
