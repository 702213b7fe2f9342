// Names of temporary files: each says whose it is, so that those of killed processes can be told, and swept.
import { randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '@blind-demod/arrays';
import { isRunning, thisProcess } from './process.js';

/** After so many milliseconds without a change a file of another machine is taken for left behind. */
const SILENCE = 600_000;

const PATTERN = /^\.demod-([0-9a-f]{8})-(\d+)-(\d*)-[0-9a-f]{12}\.tmp$/;

const shortHost = (host: string) => sha256(host).slice(0, 8);

/** A name, in `folder`, that no other process uses. */
export function temporaryIn(folder: string): string {
  const { pid, host, started } = thisProcess();
  const unique = randomBytes(6).toString('hex');
  return join(folder, `.demod-${shortHost(host)}-${pid}-${started ?? ''}-${unique}.tmp`);
}

/** The folders that this process has swept. */
const swept = new Set<string>();

/** Removes, once, what killed processes left in a folder. What cannot be removed stays. */
export async function sweep(folder: string): Promise<void> {
  if (swept.has(folder)) return;
  swept.add(folder);
  for (const name of await readdir(folder).catch(() => [])) {
    const file = join(folder, name);
    if (await isLeft(file, name)) await rm(file, { force: true }).catch(() => {});
  }
}

async function isLeft(file: string, name: string): Promise<boolean> {
  const [, host, pid, started] = PATTERN.exec(name) ?? [];
  if (host === undefined) return false;
  if (host === shortHost(thisProcess().host))
    return !isRunning({ pid: Number(pid), started: started || null });
  const changed = await stat(file).catch(() => undefined);
  return changed !== undefined && Date.now() - changed.mtimeMs > SILENCE;
}
