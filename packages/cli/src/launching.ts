// Work as tasks of a launcher: each a demod of its own.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '@blind-demod/arrays';
import { loadSettings, startProgress } from '@blind-demod/artifacts';
import { threadCount } from '@blind-demod/jit';
import {
  type Launcher,
  localLauncher,
  type Outcome,
  type SlurmSettings,
  slurmLauncher,
  slurmSchema,
} from '@blind-demod/launch';
import type { LaunchArguments, ShardsArguments } from './launch-options.js';
import type { ArtifactsArguments } from './options.js';

/** What to run, as the command line after `demod`. */
export interface Work {
  readonly name: string;
  readonly args: readonly string[];
}

const PROGRAM = fileURLToPath(new URL('./main.js', import.meta.url));

/** How many processes at a time. */
const jobsOf = ({ jobs }: LaunchArguments): number => jobs ?? Math.max(1, threadCount() >> 1);

/** In how many parts pairs are divided; with Slurm that is given. */
const shardsOf = (args: ShardsArguments): number => args.shards ?? jobsOf(args);

/**
 * Runs all of the work, each a process, with progress on stderr. Logs are in the folder `logs`.
 *
 * @param of.title what the work is, for its progress; `of.total` and `of.done`, where some of it was done before.
 * @returns how each ended, by name.
 */
export async function launchAll(
  work: readonly Work[],
  args: LaunchArguments & { readonly threads?: number | undefined },
  { title, logs, total = work.length }: { title: string; logs: string; total?: number },
): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  if (work.length === 0) return outcomes;
  const { launcher, shared } = await launcherOf(args, work.length);
  const before = total - work.length;
  const progress = startProgress({ title, total, initial: before });
  try {
    await launcher({
      tasks: work.map(({ name, args }) => ({
        name,
        command: [process.execPath, PROGRAM, ...args, ...shared],
      })),
      logs,
      onEnd: (task, outcome) => {
        outcomes.set(task.name, outcome);
        if (!outcome.ok) progress.log(`${task.name} failed: ${outcome.reason} (${outcome.log})`);
        progress.update(before + outcomes.size, task.name);
      },
      onNote: note => progress.log(note),
    });
  } finally {
    progress.stop();
  }
  return outcomes;
}

/**
 * The same, of work that is worth nothing unless all of it is done.
 *
 * @throws UserError when something failed: what, its reason, and where its log is.
 */
export async function launchEvery(
  work: readonly Work[],
  args: Parameters<typeof launchAll>[1],
  of: Parameters<typeof launchAll>[2],
): Promise<void> {
  const outcomes = await launchAll(work, args, of);
  for (const [name, outcome] of outcomes) {
    if (!outcome.ok) throw new UserError(`${name}: ${outcome.reason} (${outcome.log})`);
  }
}

/**
 * Runs a command in so many shards as were asked for, its other options as given.
 *
 * @param root the experiment's folder.
 * @param options of the command, beside those of every command that recovers test images.
 * @returns how many.
 * @throws UserError like `launchEvery`.
 */
export async function launchShards(
  command: string,
  args: ArtifactsArguments & ShardsArguments & { images: number | 'all' | undefined },
  root: string,
  options: readonly string[] = [],
): Promise<number> {
  const count = shardsOf(args);
  const images = args.images === undefined ? [] : ['--images', String(args.images)];
  const work = Array.from({ length: count }, (_, index) => ({
    name: `${command}-${index + 1}-of-${count}`,
    args: [command, ...experimentArgs(args), ...images, ...options, '--shard', `${index + 1}/${count}`],
  }));
  await launchEvery(work, args, { title: 'shards', logs: logsIn(root) });
  return count;
}

/** The launcher that was asked for, and the options that it adds to every command line. */
async function launcherOf(
  args: LaunchArguments & { readonly threads?: number | undefined },
  count: number,
): Promise<{ launcher: Launcher; shared: readonly string[] }> {
  if (args.launcher === 'slurm') {
    const settings: SlurmSettings =
      args.slurm === undefined ? slurmSchema.parse({}) : await loadSettings(args.slurm, slurmSchema);
    const threads = args.threads === undefined ? [] : ['--threads', String(args.threads)];
    return { launcher: slurmLauncher(settings), shared: threads };
  }
  const jobs = Math.min(jobsOf(args), count);
  const threads = Math.max(1, Math.floor(threadCount() / jobs));
  return { launcher: localLauncher({ jobs }), shared: ['--threads', String(threads)] };
}

/** What every command that reads an experiment takes, as it was given to this one; threads are the launcher's business. */
export const experimentArgs = ({ config, seed, out, device }: ArtifactsArguments): string[] => [
  ...['--config', config, '--out', out, '--device', device],
  ...(seed === undefined ? [] : ['--seed', String(seed)]),
];

/** The folder of the logs of what is launched for one experiment, or for a sweep, in `root`. */
export const logsIn = (root: string): string => join(root, 'logs');
