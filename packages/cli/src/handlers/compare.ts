// The work of demod compare: all methods on the same held-out pairs, under every condition.
import type { ByFactor } from '@blind-demod/arrays';
import { alone } from '@blind-demod/artifacts';
import type { Generators } from '@blind-demod/dcgan';
import type { FactorImages } from '@blind-demod/distortion-data';
import {
  allProcedures,
  byName,
  CONDITIONS,
  compare,
  compareShard,
  comparisonTables,
  lightProcedures,
  MORE_CONDITIONS,
  type Named,
  type Procedure,
  withMethods,
} from '@blind-demod/eval';
import { type LoadedExperiment, loadExperiment } from '@blind-demod/experiment';
import { chosenDevice } from '@blind-demod/jit';
import { type Arguments, listOf } from '../commands/compare.js';
import { findDenoiser } from '../denoiser.js';
import { UsageError } from '../exit.js';
import { type Folders, foldersOf } from '../folders.js';
import { findGenerators, findPaperGenerators } from '../generators.js';
import { prepareBoth } from '../images.js';
import { launchShards } from '../launching.js';
import { printResult } from '../output.js';

export async function run(args: Arguments): Promise<void> {
  const conditions = [...CONDITIONS, ...MORE_CONDITIONS];
  const conditionNames = chosen('conditions', args.conditions, conditions, CONDITIONS);
  const loaded = await loadExperiment(args.config, args.seed);
  const folders = foldersOf(args.out, loaded.name);
  const { images, procedures } = await proceduresOf(loaded, folders, args);
  const input = {
    images,
    procedures,
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
}

/** The images, and the procedures of the methods that are asked for; where all of them look for a light alone, there need be no generators. */
async function proceduresOf(
  loaded: LoadedExperiment,
  folders: Folders,
  args: Arguments,
): Promise<{ images: ByFactor<FactorImages>; procedures: Procedure[] }> {
  const more = lightProcedures();
  const isOfMore = (name: string) => namesIn(more).some(method => method.name === name);
  const found =
    args.methods !== undefined && namesOf(args.methods).every(isOfMore)
      ? undefined
      : await findGenerators(loaded, args);
  const images = await prepareBoth(loaded, folders);
  const usual = found ? await usualProcedures(loaded, images, found.generators, args) : [];
  const all = [...usual, ...more.filter(({ name }) => usual.every(other => other.name !== name))];
  const names = chosen('methods', args.methods, namesIn(all), namesIn(usual));
  return { images, procedures: withMethods(all, names) };
}

async function usualProcedures(
  loaded: LoadedExperiment,
  images: ByFactor<FactorImages>,
  generators: Generators,
  args: Arguments,
): Promise<Procedure[]> {
  const { experiment } = loaded;
  const device = await chosenDevice(args.device);
  const training = { signal: images.signal.train, distortion: images.distortion.train };
  const paperGenerators = await findPaperGenerators(loaded);
  const denoiser = await findDenoiser(loaded, generators, args);
  return allProcedures({ experiment, training, generators, paperGenerators, denoiser, device });
}

const namesIn = (procedures: readonly Procedure[]): Named[] => procedures.flatMap(({ methods }) => methods);

/** The names in a list on the command line. */
const namesOf = (given: string): string[] => given.split(',').map(name => name.trim());

/** The names on the command line, which must be among those there are; the usual ones where none are given. @throws UsageError */
function chosen(
  option: string,
  given: string | undefined,
  known: readonly Named[],
  usual: readonly Named[] = known,
): string[] {
  if (given === undefined) return usual.map(({ name }) => name);
  const names = namesOf(given);
  const stranger = names.find(wanted => !known.some(({ name }) => name === wanted));
  if (stranger === undefined) return names;
  throw new UsageError(`--${option}: there is no "${stranger}"; there are ${listOf(known)}`);
}
