// Tasks as job arrays of Slurm: submitted, waited for, and submitted again where they were lost.
import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { UserError } from '@blind-demod/arrays';
import { makeFolder, notWritable, systemCode, writeFileAtomic } from '@blind-demod/artifacts';
import { arrayScript, fileOfSlurm, messagesOf } from './slurm-script.js';
import { type SlurmSettings, sbatchOptions } from './slurm-settings.js';
import { endedByItself, type Launch, type Launcher, outcomeOf, RETRIES, type Task } from './task.js';

const run = promisify(execFile);

/** A task that left the queue is given so many looks until its exit code is seen: shared file systems take their time. */
const PATIENCE = 3;
/** How many looks at the queue may fail in a row. */
const FAILURES = 100;
/** Where MaxArraySize is not told, what Slurm has by default. */
const ARRAY_SIZE = 1000;
const SUBMITTED = 'submitted.json';

/** A job array, and which task each of its indices is. */
interface Submitted {
  readonly job: string;
  readonly tasks: readonly string[];
}

/** Where a task is in the queue. */
interface Place {
  readonly job: string;
  readonly index: number;
}

export const slurmLauncher =
  (settings: SlurmSettings): Launcher =>
  async launch => {
    const arraySize = await maxArraySize();
    await makeFolder(launch.logs).catch(error => {
      throw notWritable(launch.logs, error);
    });
    const arrays = await stillQueued(launch, settings);
    await removeOthers(launch.logs, arrays);
    const places = placesOf(arrays, launch.tasks);
    const submit = async (tasks: readonly Task[]) => {
      for (let first = 0; first < tasks.length; first += arraySize) {
        const some = tasks.slice(first, first + arraySize);
        const array = { job: await submitArray(some, settings, launch), tasks: some.map(({ name }) => name) };
        arrays.push(array);
        // At once: whoever takes over from here on waits for this job.
        await writeFileAtomic(join(launch.logs, SUBMITTED), JSON.stringify(arrays));
        for (const [name, place] of placesOf([array], some)) places.set(name, place);
        launch.onNote(
          `submitted: ${some.length} tasks as job ${array.job}; \`scancel ${array.job}\` ends them`,
        );
      }
    };
    if (places.size > 0) launch.onNote(`${places.size} tasks are in the queue already; waiting for them`);
    await submit(launch.tasks.filter(({ name }) => !places.has(name)));
    await waitForAll(places, submit, launch, 1000 * settings.poll);
    await rm(join(launch.logs, SUBMITTED), { force: true });
  };

/** Looks at the queue until every task has ended for good. */
async function waitForAll(
  places: ReadonlyMap<string, Place>,
  submit: (tasks: readonly Task[]) => Promise<void>,
  launch: Launch,
  poll: number,
): Promise<void> {
  const { logs } = launch;
  const retries = new Map<string, number>();
  const looks = new Map<string, number>();
  const exits = new Map<string, number>();
  let open = [...launch.tasks];
  while (open.length > 0) {
    const queue = await queued(poll);
    await readExits(logs, exits);
    const [left, lost]: [Task[], Task[]] = [[], []];
    for (const task of open) {
      const { job, index } = places.get(task.name)!;
      const key = `${job}_${index}`;
      const code = exits.get(key);
      if (endedByItself(code)) {
        launch.onEnd(task, await outcomeOf(task, logs, { code, ending: `it ended with exit code ${code}` }));
      } else if (queue.has(key) || (code === undefined && counted(looks, key) < PATIENCE)) {
        left.push(task);
      } else {
        const ending = await endingOf(logs, key, code);
        if (counted(retries, task.name) > RETRIES) {
          launch.onEnd(task, await outcomeOf(task, logs, { code, ending }));
        } else {
          launch.onNote(`${task.name}: ${ending}; submitted again`);
          lost.push(task);
        }
      }
    }
    await submit(lost);
    open = [...left, ...lost];
    if (open.length > 0) await sleep(poll);
  }
}

/** How often this key has come, this time included. */
function counted(times: Map<string, number>, key: string): number {
  const now = (times.get(key) ?? 0) + 1;
  times.set(key, now);
  return now;
}

/** How a task ended that did not say so itself: what Slurm wrote of it, or what its exit code means. */
async function endingOf(logs: string, key: string, code: number | undefined): Promise<string> {
  const said = await readFile(messagesOf(logs, key), 'utf8').catch(() => '');
  const message = said
    .split('\n')
    .findLast(line => line.trim() !== '')
    ?.replace(/^\S+: error: |\*{3}/g, '')
    .trim();
  if (message) return `Slurm: ${message}`;
  return code === undefined
    ? 'it was lost: it left the queue without an exit code'
    : `it was killed (exit code ${code})`;
}

/** @returns the number of the job. @throws UserError when Slurm does not take it. */
async function submitArray(
  tasks: readonly Task[],
  settings: SlurmSettings,
  { logs }: Launch,
): Promise<string> {
  const limit = settings.atOnce === undefined ? '' : `%${settings.atOnce}`;
  const options = [
    ...sbatchOptions(settings),
    '--parsable',
    '--job-name=demod',
    `--array=0-${tasks.length - 1}${limit}`,
    `--chdir=${process.cwd()}`,
    `--output=${messagesOf(logs, '%A_%a')}`,
    '--open-mode=append',
    '--requeue',
  ];
  const submission = run('sbatch', options);
  submission.child.stdin!.end(arrayScript(tasks, logs));
  const { stdout } = await submission.catch(error => {
    throw new UserError(`Slurm does not take the tasks: ${lastLine(error.stderr) || error.message}`);
  });
  // With several clusters it is "job;cluster".
  return stdout.trim().split(';')[0]!;
}

const lastLine = (text: string | undefined): string => text?.trim().split('\n').at(-1) ?? '';

/** The elements of arrays that wait or run, as job_index. @throws UserError when Slurm has not answered for long. */
async function queued(poll: number): Promise<Set<string>> {
  for (let failures = 1; ; failures++) {
    try {
      const user = `--user=${userInfo().username}`;
      const { stdout } = await run('squeue', ['--noheader', '--array', user, '--format=%F_%K'], {
        maxBuffer: 2 ** 28,
      });
      return new Set(stdout.split('\n').map(line => line.trim()));
    } catch (error) {
      if (failures === FAILURES) throw new UserError(`Slurm does not answer: ${(error as Error).message}`);
      await sleep(poll);
    }
  }
}

/** Adds the exit codes that tasks have left since, by job_index. One that was killed may be run again by Slurm itself. */
async function readExits(logs: string, exits: Map<string, number>): Promise<void> {
  for (const name of await readdir(logs)) {
    const file = fileOfSlurm(name);
    if (!file?.isExit || endedByItself(exits.get(file.key))) continue;
    const code = Number.parseInt(await readFile(join(logs, name), 'utf8'), 10);
    if (!Number.isNaN(code)) exits.set(file.key, code);
  }
}

/** Removes what is there of other jobs than these: a cluster that was set up anew counts them from one again. */
async function removeOthers(logs: string, arrays: readonly Submitted[]): Promise<void> {
  const jobs = new Set(arrays.map(({ job }) => job));
  for (const name of await readdir(logs)) {
    const file = fileOfSlurm(name);
    if (file && !jobs.has(file.job)) await rm(join(logs, name), { force: true });
  }
}

/** The arrays that an earlier launcher submitted, if anything of them is still to end. */
async function stillQueued({ logs }: Launch, { poll }: SlurmSettings): Promise<Submitted[]> {
  const text = await readFile(join(logs, SUBMITTED), 'utf8').catch(() => '[]');
  const arrays: Submitted[] = JSON.parse(text);
  if (arrays.length === 0) return [];
  const queue = await queued(1000 * poll);
  return arrays.filter(({ job, tasks }) => tasks.some((_, index) => queue.has(`${job}_${index}`)));
}

function placesOf(arrays: readonly Submitted[], tasks: readonly Task[]): Map<string, Place> {
  const wanted = new Set(tasks.map(({ name }) => name));
  const places = new Map<string, Place>();
  for (const { job, tasks } of arrays) {
    for (const [index, name] of tasks.entries()) if (wanted.has(name)) places.set(name, { job, index });
  }
  return places;
}

/** How many tasks an array may have. @throws UserError when this machine has no Slurm, or it does not answer. */
async function maxArraySize(): Promise<number> {
  const { stdout } = await run('scontrol', ['show', 'config']).catch(error => {
    throw new UserError(
      systemCode(error) === 'ENOENT'
        ? 'there is no Slurm here; start this on a machine of the cluster, or choose --launcher local'
        : `Slurm does not answer: ${lastLine(error.stderr) || error.message}`,
    );
  });
  const told = /^MaxArraySize\s*=\s*(\d+)/m.exec(stdout)?.[1];
  // The largest index is one less.
  return told === undefined ? ARRAY_SIZE : Math.max(1, Number(told) - 1);
}
