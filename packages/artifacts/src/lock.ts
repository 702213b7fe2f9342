// One process at a time in a folder: a file beside it names the one that works there.
import { link, lstat, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@blind-demod/arrays';
import { z } from 'zod';
import { notReadable, notWritable, systemCode } from './errors.js';
import { makeFolder } from './files.js';
import { isRunning, thisProcess } from './process.js';
import { sweep, temporaryIn } from './temporary.js';

/** The process that works in a folder. */
const ownerSchema = z.object({
  /** To process 0 and below belong others that are there always. */
  pid: z.int().min(1),
  host: z.string(),
  started: z.string().nullable(),
  /** What it does: 'training', … */
  work: z.string(),
});
type Owner = z.output<typeof ownerSchema>;

/** An owner on this machine is looked up; one on another says every `HEARTBEAT` ms that it lives. */
const HEARTBEAT = 10_000;
const SILENCE = 12 * HEARTBEAT;
const POLL = 500;

/** Beside the folder, however its name ends. */
const lockOf = (folder: string) => `${join(folder).replace(/[/\\]$/, '')}.lock`;

/** The locks that this process has. */
const held = new Set<string>();

/**
 * Runs `body` as the only process that works in `folder`. The lock of a process that was killed does not count.
 *
 * @param work what is done there, for the message to others: 'training'.
 * @throws UserError, before anything is done, when another process works there: who, and what to do.
 * @example
 * await alone('artifacts/smoke/signal', 'training', () => train());
 */
export async function alone<T>(folder: string, work: string, body: () => Promise<T>): Promise<T> {
  const file = lockOf(folder);
  const mine: Owner = { ...thisProcess(), work };
  await take(file, mine);
  const beat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {});
  }, HEARTBEAT);
  beat.unref();
  try {
    return await body();
  } finally {
    clearInterval(beat);
    held.delete(file);
    await rm(file, { force: true }).catch(() => {}); // one that stays is a dead owner's from now on
  }
}

/**
 * Runs `body` as `alone` does, but waits for its turn while another process works in `folder`; `onWait` is told who it is.
 *
 * @throws UserError when the folder cannot be written.
 */
export async function inTurn<T>(
  folder: string,
  { work, onWait }: { work: string; onWait: (owner: string) => void },
  body: () => Promise<T>,
): Promise<T> {
  for (;;) {
    await waitFor(folder, onWait);
    try {
      return await alone(folder, work, body);
    } catch (error) {
      if (!(error instanceof TakenError)) throw error;
    }
  }
}

/**
 * Waits while another process works in `folder`; `onWait` is told once who it is.
 *
 * @returns whether there was one.
 */
export async function waitFor(folder: string, onWait: (owner: string) => void): Promise<boolean> {
  for (let waited = false; ; waited = true) {
    const owner = await ownerOf(lockOf(folder));
    if (owner === undefined || owner === 'dead') return waited;
    if (!waited) onWait(describe(owner));
    await sleep(POLL);
  }
}

/** Another process works there. */
class TakenError extends UserError {}

/** A link is made whole or not at all, so nobody reads half a lock. */
async function take(file: string, mine: Owner): Promise<void> {
  const draft = temporaryIn(dirname(file));
  try {
    await makeFolder(dirname(file));
    await sweep(dirname(file));
    await writeFile(draft, JSON.stringify(mine));
    while (!(await linked(draft, file))) {
      const owner = await ownerOf(file);
      if (owner === 'dead') await removeDead(draft, file);
      else if (owner !== undefined) {
        throw new TakenError(
          `${describe(owner)} (${file}); wait until it is done, stop it, or choose another folder with --out`,
        );
      }
    }
    held.add(file);
  } catch (error) {
    throw notWritable(file, error);
  } finally {
    await rm(draft, { force: true }).catch(() => {});
  }
}

/**
 * One process at a time removes a dead owner's lock, after another look: it may be a living one's by now. Where there is none
 * any more, nothing is removed: another process may take it that very moment.
 */
async function removeDead(draft: string, file: string): Promise<void> {
  const removing = `${file}.removing`;
  if (!(await linked(draft, removing))) {
    await sleep(POLL / 10);
    if ((await ownerOf(removing)) === 'dead') await rm(removing, { force: true });
    return;
  }
  held.add(removing);
  try {
    if ((await ownerOf(file)) === 'dead') await rm(file, { force: true });
  } finally {
    held.delete(removing);
    await rm(removing, { force: true });
  }
}

async function linked(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Who holds the lock, 'dead' where nobody does any more; undefined where there is none. */
async function ownerOf(file: string): Promise<Owner | 'dead' | undefined> {
  try {
    const { data: owner } = ownerSchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
    if (owner === undefined) return 'dead'; // damaged
    const lives =
      owner.host === hostname() ? isHeld(owner, file) : Date.now() - (await stat(file)).mtimeMs < SILENCE;
    return lives ? owner : 'dead';
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) {
      const there = await lstat(file).catch(() => undefined);
      return there?.isSymbolicLink() ? 'dead' : undefined; // a link that leads nowhere
    }
    if (error instanceof SyntaxError) return 'dead';
    throw notReadable(file, error);
  }
}

const isHeld = (owner: Owner, file: string): boolean =>
  owner.pid === process.pid ? held.has(file) : isRunning(owner);

const describe = ({ pid, host, work }: Owner): string =>
  `${work} is under way there, by process ${pid}${host === hostname() ? '' : ` on ${host}`}`;
