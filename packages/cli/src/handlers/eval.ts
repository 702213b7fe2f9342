// The work of demod eval: held-out pairs, recovered by one process or by several, and judged.
import { alone } from '@blind-demod/artifacts';
import {
  type EvaluationInput,
  evaluate,
  mergeShards,
  type Ran,
  type Results,
  type Shard,
  solveShard,
  summaryTable,
} from '@blind-demod/eval';
import { type LoadedExperiment, loadExperiment } from '@blind-demod/experiment';
import type { Arguments } from '../commands/eval.js';
import { findDenoiser } from '../denoiser.js';
import { foldersOf } from '../folders.js';
import { type FoundGenerators, findGenerators, findPaperGenerators } from '../generators.js';
import { prepareBoth } from '../images.js';
import { launchShards } from '../launching.js';
import { printResult } from '../output.js';

export async function run(args: Arguments): Promise<void> {
  const loaded = await loadExperiment(args.config, args.seed);
  const found = await findGenerators(loaded, args);
  process.stderr.write(`generators: ${Object.values(found.folders).join(', ')}\n`);
  const input = await inputOf(loaded, found, args);
  process.stderr.write(
    `denoiser: ${input.denoiser?.folder ?? 'none for these generators; demod train denoiser makes one'}\n`,
  );
  if (args.shard) return runShard(loaded, input, args.shard, args);
  if (args.launcher !== undefined) {
    const count = await launchShards('eval', args, foldersOf(args.out, loaded.name).root);
    return printResults(await mergeShards(loaded, input, { count, from: [] }), found, args);
  }
  if (args.merge === undefined) {
    const { solved, ...results } = await alone(input.folder, 'evaluation', () => evaluate(loaded, input));
    return printResults(results, found, args, timing(solved));
  }
  const shards = {
    count: args.merge,
    from: args.from.map(root => foldersOf(root, loaded.name).trials),
  };
  const merge = () => mergeShards(loaded, input, shards);
  printResults(await alone(input.folder, 'evaluation', merge), found, args);
}

async function inputOf(
  loaded: LoadedExperiment,
  { generators }: FoundGenerators,
  { out, device, images }: Arguments,
): Promise<EvaluationInput> {
  const folders = foldersOf(out, loaded.name);
  return {
    generators,
    denoiser: await findDenoiser(loaded, generators, { out }),
    paperGenerators: await findPaperGenerators(loaded),
    images: await prepareBoth(loaded, folders),
    folder: folders.evaluation,
    trials: folders.trials,
    comparison: folders.comparison,
    device,
    ...(images !== undefined && { count: images }),
  };
}

async function runShard(
  loaded: LoadedExperiment,
  input: EvaluationInput,
  shard: Shard,
  args: Arguments,
): Promise<void> {
  const { pairs, total, batches, solved } = await solveShard(loaded, input, shard);
  const name = `${shard.index}/${shard.count}`;
  const surplus = pairs === 0 ? `; there are only ${batches} batches (evaluation.batchSize)` : '';
  printResult(args, { shard: name, pairs, of: total, solved: solved.pairs }, [
    `shard ${name}: ${pairs} of ${total} pairs of test images${timing(solved)}${surplus}`,
    `once all are done: demod eval --merge ${shard.count}`,
  ]);
}

function printResults(
  { pairs, estimates, paper, reliability, files }: Results,
  { folders }: FoundGenerators,
  args: Arguments,
  note = '',
): void {
  printResult(args, { pairs, generators: folders, estimates, paper, confidence: reliability, files }, [
    summaryTable({ estimates, paper }, { ascii: !process.stdout.isTTY }),
    `${pairs} pairs of test images${note}; medians, and the 10th percentile where it says 10 %`,
    `${paper ? 'this solver: ' : ''}${confidenceLine(reliability)}`,
    ...doubtLine(estimates),
    ...Object.values(files),
  ]);
}

function confidenceLine({ goodRefinedPsnr, good, rocArea }: Results['reliability']): string {
  const share = `${(100 * good).toFixed(0)} % good (refined PSNR of ${goodRefinedPsnr} dB or more)`;
  return rocArea === null ? share : `${share}; ROC area of the confidence for these: ${rocArea.toFixed(2)}`;
}

/** How many pixels are where their deviations say that nine in ten are. */
function doubtLine({ refined, distortion }: Results['estimates']): string[] {
  if (!refined.within90 || !distortion.within90) return [];
  const share = (told: { mean: number }) => `${(100 * told.mean).toFixed(0)} %`;
  return [
    `intervals that should hold 90 % of the pixels hold ${share(refined.within90)} (refined), ${share(distortion.within90)} (distortion), means over the pairs`,
  ];
}

/** Of what was solved now, each pair counted by each solver. */
function timing({ pairs, seconds }: Ran['solved']): string {
  return pairs > 0 ? `, ${pairs} recoveries solved now in ${(seconds / pairs).toFixed(2)} s each` : '';
}
