// The comparison: every method on the same held-out pairs, under every condition.

import { join } from 'node:path';
import { type ByFactor, UserError } from '@blind-demod/arrays';
import { hashOf, openArtifact, writeBeside } from '@blind-demod/artifacts';
import type { FactorImages } from '@blind-demod/distortion-data';
import type { LoadedExperiment } from '@blind-demod/experiment';
import type { Named, Procedure } from './methods/method.js';
import { comparisonCsv } from './report/comparison-csv.js';
import { comparisonPlot } from './report/comparison-plot.js';
import { comparisonMarkdown } from './report/comparison-tables.js';
import { groupsPlot } from './report/groups-plot.js';
import { type MethodSummary, type Outcome, type Summarised, summariseScores } from './report/summary.js';
import { type Batch, batchesOf, countPairs, inBatches, type Shard } from './trials/batches.js';
import type { Condition } from './trials/conditions.js';
import { drawPairs, type Pair } from './trials/pairs.js';
import { readScores, runTrials } from './trials/run.js';
import { dataOf, SCORES_FORMAT, type Task, type TrialStore, trialsIn } from './trials/store.js';

export interface ComparisonInput {
  readonly images: ByFactor<FactorImages>;
  readonly procedures: readonly Procedure[];
  readonly conditions: readonly Condition[];
  /** Where the results go. */
  readonly folder: string;
  /** Where trials are kept. */
  readonly trials: string;
  /** How many pairs, when not as many as the experiment says for its evaluation. */
  readonly count?: number | 'all';
}

const FILES = {
  summary: 'comparison.json',
  scores: 'comparison.csv',
  tables: 'comparison.md',
  plot: 'comparison.svg',
  groups: 'groups.svg',
} as const;

const KIND = 'comparison';

/** What comparison.json holds. */
interface ComparisonFile {
  readonly format: number;
  readonly experiment: string;
  readonly pairs: number;
  readonly titles: Readonly<Record<'conditions' | 'methods', Readonly<Record<string, string>>>>;
  readonly conditions: Readonly<Record<string, Readonly<Record<string, MethodSummary>>>>;
  readonly settings: { readonly methods: Readonly<Record<string, object>> };
}

export interface Comparison {
  readonly pairs: number;
  /** By condition, and within it by method. */
  readonly results: readonly Summarised[];
  /** Paths of what was written. */
  readonly files: Readonly<Partial<Record<keyof typeof FILES, string>>>;
}

/**
 * Runs every procedure on the pairs of an evaluation, whose images nothing was trained on, under every condition, and
 * writes comparison.json, comparison.csv, comparison.md and comparison.svg into the folder; groups.svg, too, where conditions
 * differ in how many pictures share a distortion. The scores of each batch are
 * kept with what they depend on, so that a comparison that was stopped goes on, and one with more pairs, or another setting
 * of one method, does only what is new.
 *
 * @throws UserError when there are fewer test images than asked for, a search diverges, or the folder cannot be written.
 */
export async function compare(loaded: LoadedExperiment, input: ComparisonInput): Promise<Comparison> {
  const { experiment, name } = loaded;
  const { procedures, conditions, folder } = input;
  const { seed } = experiment;
  const { pairs, batches, store } = await recoverShare(loaded, input, () => true);

  const outcomes: Outcome[] = [];
  for (const condition of conditions) {
    for (const procedure of procedures) {
      const scores = await readScores(
        store,
        batches.map(batch => ({ batch, condition, procedure })),
      );
      for (const method of procedure.methods)
        outcomes.push({ condition, method, scores: scores[method.name]! });
    }
  }
  const results = outcomes.map(({ condition, method, scores }) => ({
    condition,
    method,
    summary: summariseScores(scores),
  }));
  const made = {
    seed,
    data: dataOf(experiment),
    methods: Object.fromEntries(procedures.map(procedure => [procedure.name, procedure.settings])),
  };
  const titles = (named: readonly Named[]) =>
    Object.fromEntries(named.map(({ name, title }) => [name, title]));
  const summary: ComparisonFile = {
    format: SCORES_FORMAT,
    experiment: name,
    pairs: pairs.length,
    titles: {
      conditions: titles(conditions),
      methods: titles(procedures.flatMap(({ methods }) => methods)),
    },
    conditions: byName(results),
    settings: made,
  };
  const groups = groupsPlot(results);
  const written = {
    [FILES.summary]: `${JSON.stringify(summary, undefined, 2)}\n`,
    [FILES.scores]: comparisonCsv(pairs, outcomes),
    [FILES.tables]: comparisonMarkdown(results, { experiment: name, pairs: pairs.length }),
    [FILES.plot]: comparisonPlot(results),
    ...(groups !== undefined && { [FILES.groups]: groups }),
  };
  await writeBeside(folder, {
    kind: KIND,
    settings: { ...made, conditions, pairs: pairs.length, shown: results.map(({ method }) => method.name) },
    seed,
    files: written,
  });
  const files = Object.entries(FILES).filter(([, file]) => file in written);
  return {
    pairs: pairs.length,
    results,
    files: Object.fromEntries(files.map(([key, file]) => [key, join(folder, file)])),
  };
}

/**
 * Recovers the batches of one shard by every procedure under every condition, and keeps them under `input.trials`, which
 * shards may share; `compare` then finds them there.
 *
 * @returns how many pairs are the shard's, and all.
 * @throws UserError like `compare`
 */
export async function compareShard(
  loaded: LoadedExperiment,
  input: ComparisonInput,
  shard: Shard,
): Promise<{ pairs: number; total: number }> {
  const isOfShard = (batch: Batch) => batchesOf(shard, [batch]).length > 0;
  const { pairs, batches } = await recoverShare(loaded, input, isOfShard);
  return { pairs: countPairs(batches.filter(isOfShard)), total: pairs.length };
}

/** Runs the trials of those batches that are in the share. */
async function recoverShare(
  { experiment }: LoadedExperiment,
  { images, procedures, conditions, trials, count }: ComparisonInput,
  isInShare: (batch: Batch) => boolean,
): Promise<{ pairs: readonly Pair[]; batches: readonly Batch[]; store: TrialStore }> {
  const { seed, evaluation } = experiment;
  const tests = { signal: images.signal.test, distortion: images.distortion.test };
  const pairs = drawPairs(seed, tests, count ?? evaluation.images);
  const batches = inBatches(pairs, evaluation.batchSize);
  const store = trialsIn([trials], experiment);
  // Batch by batch, so that the pace of what is done is that of what is left.
  const tasks = batches
    .filter(isInShare)
    .flatMap(batch =>
      conditions.flatMap(condition => procedures.map((procedure): Task => ({ batch, condition, procedure }))),
    );
  await runTrials({ tasks, images: tests, seed, store });
  return { pairs, batches, store };
}

/**
 * The comparison in a folder, if there is an undamaged one of this version's scores, and it has this method with these settings.
 * @param method by the name of its procedure.
 */
export async function comparisonIn(
  folder: string,
  method: Pick<Procedure, 'name' | 'settings'>,
): Promise<Pick<Comparison, 'pairs' | 'results'> | undefined> {
  const remedy = 'compare again';
  const file = await openArtifact(folder, { kind: KIND, remedy })
    .then(artifact => artifact.read(FILES.summary))
    .catch(error => {
      if (error instanceof UserError) return undefined;
      throw error;
    });
  if (file === undefined) return undefined;
  const { format, pairs, titles, conditions, settings }: ComparisonFile = JSON.parse(
    new TextDecoder().decode(file),
  );
  if (format !== SCORES_FORMAT) return undefined;
  if (hashOf(settings.methods[method.name] ?? null) !== hashOf(method.settings)) return undefined;
  const results = Object.entries(conditions).flatMap(([condition, methods]) =>
    Object.entries(methods).map(([name, summary]) => ({
      condition: { name: condition, title: titles.conditions[condition]! },
      method: { name, title: titles.methods[name]! },
      summary,
    })),
  );
  return { pairs, results };
}

/** Summaries by the names of the condition and the method. */
export function byName(results: readonly Summarised[]): Record<string, Record<string, MethodSummary>> {
  const named: Record<string, Record<string, MethodSummary>> = {};
  for (const { condition, method, summary } of results) {
    named[condition.name] = { ...named[condition.name], [method.name]: summary };
  }
  return named;
}
