// The leaderboard of a sweep: what each run found, and all of them beside one another.
import { join } from 'node:path';
import { type ByFactor, UserError } from '@blind-demod/arrays';
import { artifactIsCurrent, hashOf, openArtifact, writeArtifact } from '@blind-demod/artifacts';
import type { LoadedExperiment } from '@blind-demod/experiment';
import { withDigits } from '@blind-demod/picture';
import { type EvaluationInput, evaluate, planEvaluation, tasksOf } from './evaluation.js';
import { leaderboardCsv } from './report/leaderboard/csv.js';
import { leaderboardJson } from './report/leaderboard/json.js';
import { leaderboardPage } from './report/leaderboard/page.js';
import { type Standing, standings } from './report/leaderboard/standings.js';
import { type EvaluationSummary, summariseScores } from './report/summary.js';
import { readScores } from './trials/run.js';
import { trialsIn } from './trials/store.js';

/** What there is to say of a generator beside how it recovers. */
export interface GeneratorFacts {
  readonly architecture: string;
  readonly objective: string;
  readonly latentDimension: number;
  /** How many numbers its weights are. */
  readonly parameters: number;
  /** Of held-out images. */
  readonly representation: {
    readonly images: number;
    readonly median: number;
    readonly percentile90: number;
  };
  /** Null where it was not trained here. */
  readonly trainingSeconds: number | null;
}

/** What one run of a sweep found. */
export interface Run {
  readonly generators: ByFactor<GeneratorFacts>;
  readonly pairs: number;
  readonly estimates: EvaluationSummary;
  /** Of the search for both factors. */
  readonly secondsPerPair: number;
}

/** A run of a sweep: an experiment with one seed. */
export interface Attempt {
  /** The experiment's name, under which its files are in the sweep's folder. */
  readonly name: string;
  readonly seed: number;
  readonly outcome: Run | Failure;
}

export interface Failure {
  readonly reason: string;
  /** Where what it said is, if it said anything. */
  readonly log?: string | undefined;
}

/** All runs of one config. */
export interface Entry {
  readonly name: string;
  readonly file: string;
  readonly attempts: readonly Attempt[];
}

export const failed = (outcome: Run | Failure): outcome is Failure => 'reason' in outcome;

const RUN = { kind: 'run of a sweep', file: 'run.json' } as const;

/** Everything that a run depends on: the experiment, how many pairs, and the models that it names. */
export interface RunSettings {
  readonly experiment: object;
  readonly pairs: number | 'all';
  /** Of the generators' ONNX files. */
  readonly models: Partial<ByFactor<string>>;
}

/**
 * Evaluates the experiment's solver with these generators, and keeps what the leaderboard tells of it in `record`.
 *
 * @throws UserError like `evaluate`.
 */
export async function recordRun(
  loaded: LoadedExperiment,
  input: EvaluationInput,
  { record, settings, facts }: { record: string; settings: RunSettings; facts: ByFactor<GeneratorFacts> },
): Promise<Run> {
  const own = { ...input, papers: false };
  const { pairs, estimates } = await evaluate(loaded, own);
  const plan = await planEvaluation(loaded, own);
  const scores = await readScores(trialsIn([input.trials], loaded.experiment), tasksOf(plan, plan.batches));
  const { secondsPerImage } = summariseScores(scores[plan.own.name]!);
  const run: Run = { generators: facts, pairs, estimates, secondsPerPair: secondsPerImage };
  await writeArtifact(record, {
    kind: RUN.kind,
    settings,
    seed: loaded.experiment.seed,
    files: { [RUN.file]: `${JSON.stringify(run, withDigits(6), 2)}\n` },
  });
  return run;
}

/** What a run found, if it was made with these settings and is undamaged. */
export async function runIn(record: string, settings: RunSettings): Promise<Run | undefined> {
  if (!(await artifactIsCurrent(record, { kind: RUN.kind, settings }))) return undefined;
  const artifact = await openArtifact(record, { kind: RUN.kind, settings, remedy: 'run the sweep again' });
  return JSON.parse(new TextDecoder().decode(await artifact.read(RUN.file)));
}

const FILES = {
  table: 'leaderboard.csv',
  json: 'leaderboard.json',
  page: 'leaderboard.html',
} as const;

export interface Leaderboard {
  /** The best first, those of which every run failed last. */
  readonly standings: readonly Standing[];
  /** Paths of what was written. */
  readonly files: Readonly<Record<keyof typeof FILES, string>>;
}

/**
 * Writes leaderboard.csv, leaderboard.json and leaderboard.html into the sweep's folder.
 *
 * @param command by which the sweep is run again.
 * @throws UserError when the folder cannot be written.
 */
export async function writeLeaderboard(
  entries: readonly Entry[],
  { folder, command }: { folder: string; command: string },
): Promise<Leaderboard> {
  if (entries.length === 0) throw new UserError('a sweep needs at least one config');
  const ranked = standings(entries);
  await writeArtifact(folder, {
    kind: 'leaderboard',
    settings: { entries: hashOf(entries) },
    seed: 0,
    files: {
      [FILES.table]: leaderboardCsv(ranked),
      [FILES.json]: leaderboardJson(ranked),
      [FILES.page]: leaderboardPage(ranked, { folder, command }),
    },
  });
  const files = Object.fromEntries(Object.entries(FILES).map(([key, name]) => [key, join(folder, name)]));
  return { standings: ranked, files: files as Leaderboard['files'] };
}
