// The work of demod sweep: many experiments, trained and evaluated, beside one another.
import { UserError } from '@blind-demod/arrays';
import { isStandardInput } from '@blind-demod/artifacts';
import { type Attempt, asJson, type Entry, leaderboardTable, writeLeaderboard } from '@blind-demod/eval';
import { type LoadedExperiment, loadExperiment } from '@blind-demod/experiment';
import type { Arguments } from '../commands/sweep.js';
import { UsageError } from '../exit.js';
import { launchAll, logsIn } from '../launching.js';
import { printResult } from '../output.js';
import { finishedRun } from '../sweep-run.js';

export async function run(given: Arguments): Promise<void> {
  if (given.configs.some(isStandardInput)) throw new UsageError('the configs of a sweep are files');
  const args = { ...given, launcher: given.launcher ?? 'local' };
  const entries = await plan(args);
  const runs = entries.flatMap(({ runs }) => runs);
  const unfinished: PlannedRun[] = [];
  for (const run of runs) if ((await finishedRun(run.loaded, args)) === undefined) unfinished.push(run);
  process.stderr.write(
    `${runs.length} runs of ${entries.length} configs, each of which trains what is not trained, and evaluates; ${runs.length - unfinished.length} are done already. How long one takes stands in its log after a few steps, and how long all take here after the first.\n`,
  );
  const outcomes = await launchAll(
    unfinished.map(({ loaded, args }) => ({ name: loaded.name, args })),
    args,
    { title: 'runs', logs: logsIn(args.out), total: runs.length },
  );
  const attempt = async ({ loaded }: PlannedRun): Promise<Attempt> => {
    const ended = outcomes.get(loaded.name);
    const outcome =
      ended?.ok === false
        ? { reason: ended.reason, log: ended.log }
        : ((await finishedRun(loaded, args)) ?? { reason: 'it ended, and left no result' });
    return { name: loaded.name, seed: loaded.experiment.seed, outcome };
  };
  const board: Entry[] = [];
  for (const { name, file, runs } of entries) {
    board.push({ name, file, attempts: await Promise.all(runs.map(attempt)) });
  }
  const { standings, files } = await writeLeaderboard(board, {
    folder: args.out,
    command: commandOf(args),
  });
  printResult(args, { configs: standings.map(asJson), files }, [
    leaderboardTable(standings, { ascii: !process.stdout.isTTY }),
    ...Object.values(files),
  ]);
  const failures = [...outcomes.values()].filter(({ ok }) => !ok).length;
  if (failures > 0)
    throw new UserError(`${failures} of ${runs.length} runs failed; the leaderboard has the reasons`);
}

/** A run that is to be there, and the command line that makes it. */
interface PlannedRun {
  readonly loaded: LoadedExperiment;
  readonly args: readonly string[];
}

interface PlannedEntry {
  readonly name: string;
  readonly file: string;
  readonly runs: readonly PlannedRun[];
}

/** @throws UserError when a config cannot be read, or two have the same name. */
async function plan({ configs, seeds = 1, out, images, device, force }: Arguments): Promise<PlannedEntry[]> {
  const entries = new Map<string, PlannedEntry>();
  for (const file of new Set(configs)) {
    const { name, experiment } = await loadExperiment(file);
    const twin = entries.get(name);
    if (twin !== undefined) {
      throw new UserError(
        `${twin.file} and ${file} have the same name, by which results are kept; rename one`,
      );
    }
    const runs: PlannedRun[] = [];
    for (let seed = experiment.seed; seed < experiment.seed + seeds; seed++) {
      runs.push({
        loaded: await loadExperiment(file, seed),
        args: [
          ...['sweep-run', '--config', file, '--seed', String(seed), '--out', out, '--device', device],
          ...(images === undefined ? [] : ['--images', String(images)]),
          ...(force ? ['--force'] : []),
        ],
      });
    }
    entries.set(name, { name, file, runs });
  }
  return [...entries.values()];
}

/** How many configs the command of the page names. */
const NAMED = 20;

/** The command line of a sweep, without what decides only how fast it is. */
function commandOf({ configs, out, seeds = 1, images }: Arguments): string {
  const rest = configs.length - NAMED;
  return [
    'npx demod sweep',
    ...configs.slice(0, NAMED),
    ...(rest > 0 ? [`… (${rest} more)`] : []),
    `--out ${out}`,
    ...(seeds > 1 ? [`--seeds ${seeds}`] : []),
    ...(images === undefined ? [] : [`--images ${images}`]),
  ].join(' ');
}
