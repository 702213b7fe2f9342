// Artifacts: folders of results, each with a manifest that says what made it and what it must contain.

import { readFileSync } from 'node:fs';
import { lstat, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256, UserError } from '@blind-demod/arrays';
import { z } from 'zod';
import { notWritable } from './errors.js';
import { readIfThere, writeFileAtomic } from './files.js';
import { canonicalJson, hashOf } from './hash.js';

const MANIFEST = 'manifest.json';
/** The manifest of what is being written, until all of it is there. */
const PENDING = '.manifest.pending.json';

const manifestSchema = z.object({
  /** What the folder holds: 'images', 'generator', … */
  kind: z.string(),
  settingsHash: z.string(),
  /** Everything that the content depends on. */
  settings: z.unknown(),
  seed: z.int(),
  /** Of what wrote it. Not compared: only told. */
  versions: z.record(z.string(), z.string()),
  files: z.record(z.string(), z.object({ bytes: z.int().min(0), sha256: z.string() })),
});

export type Manifest = z.output<typeof manifestSchema>;

export interface Artifact {
  readonly folder: string;
  readonly manifest: Manifest;
  /** A file's content, after its size and sha256 were found right. @throws UserError when they are not, or it is missing */
  read(name: string): Promise<Uint8Array>;
}

export interface ArtifactContent {
  readonly kind: string;
  /** Everything that the content depends on; plain JSON. */
  readonly settings: unknown;
  readonly seed: number;
  readonly files: Readonly<Record<string, Uint8Array | string>>;
  /** Versions of libraries that the content depends on, beside Node's and the project's own. */
  readonly versions?: Readonly<Record<string, string>>;
}

/**
 * Writes an artifact. The manifest gets its name last, so a folder with a manifest is complete, and one where writing
 * was cut short has none. The same content gives the same bytes. Replaces what is there; `writeBeside`
 * does not.
 *
 * @throws UserError when the folder cannot be written.
 */
export async function writeArtifact(folder: string, content: ArtifactContent): Promise<void> {
  const { kind, settings, seed, files } = content;
  const [manifestFile, pendingFile] = [join(folder, MANIFEST), join(folder, PENDING)];
  const manifest: Manifest = {
    kind,
    settingsHash: hashOf(settings),
    settings,
    seed,
    versions: { 'blind-demod': ownVersion(), node: process.versions.node, ...content.versions },
    files: Object.fromEntries(
      Object.entries(files).map(([name, data]) => [
        name,
        { bytes: Buffer.byteLength(data), sha256: sha256(data) },
      ]),
    ),
  };
  // It says whose the files are that a killed run leaves.
  await writeFileAtomic(pendingFile, `${canonicalJson(manifest, 2)}\n`);
  const finish = async () => {
    await rm(manifestFile, { force: true });
    for (const [name, data] of Object.entries(files)) await writeFileAtomic(join(folder, name), data);
    await rename(pendingFile, manifestFile);
  };
  await finish().catch(error => {
    throw notWritable(manifestFile, error);
  });
}

/** What is to be written into a folder. */
export interface Planned extends Pick<ArtifactContent, 'kind' | 'settings'> {
  readonly names: readonly string[];
}

/**
 * What would be lost if this were written: a file of one of these names, or the manifest of another run. Files that a run of
 * the same settings wrote, finished or cut short, do not count; what somebody changed since then does.
 *
 * @returns its path; undefined where nothing would be lost.
 */
export async function foreignFile(
  folder: string,
  { kind, settings, names }: Planned,
): Promise<string | undefined> {
  const finished = await readManifest(folder);
  const manifests = [finished, await readManifest(folder, PENDING)].filter(
    manifest => typeof manifest !== 'string',
  );
  const own = manifests.filter(
    manifest => manifest.kind === kind && manifest.settingsHash === hashOf(settings),
  );
  for (const name of names) {
    const content = await readIfThere(join(folder, name));
    if (content !== undefined && !own.some(({ files }) => isAsListed(content, files[name]))) {
      return join(folder, name);
    }
  }
  return finished === 'absent' || own.includes(finished as Manifest) ? undefined : join(folder, MANIFEST);
}

/** `path` with the first number from 1 of which there is nothing yet. */
async function firstFree(path: string): Promise<string> {
  for (let number = 1; ; number++) {
    const beside = `${path}.${number}`;
    if (!(await lstat(beside).catch(() => undefined))) return beside;
  }
}

/**
 * Writes an artifact where nothing is lost: what is there of other settings, or from elsewhere, is moved beside first, the
 * whole folder, to the same name with a number. A line on stderr says so.
 *
 * @throws UserError when it cannot be written or moved.
 */
export async function writeBeside(folder: string, content: ArtifactContent): Promise<void> {
  const { kind, settings, files } = content;
  const foreign = await foreignFile(folder, { kind, settings, names: Object.keys(files) });
  if (foreign !== undefined) await moveBeside(folder, foreign);
  await writeArtifact(folder, content);
}

/** The same of a single file, which may be replaced by one with the same content alone. */
export async function writeFileBeside(file: string, content: Uint8Array | string): Promise<void> {
  const before = await readIfThere(file);
  if (before !== undefined && !before.equals(Buffer.from(content as string))) await moveBeside(file, file);
  await writeFileAtomic(file, content);
}

async function moveBeside(path: string, foreign: string): Promise<void> {
  const beside = await firstFree(path);
  await rename(path, beside).catch(error => {
    throw notWritable(beside, error);
  });
  process.stderr.write(`kept: ${foreign} was there, of another run; ${path} is now ${beside}\n`);
}

/**
 * Opens an artifact of the given kind and, if `settings` are given, made with those. `remedy` ends every error
 * message: what the user can do about it.
 *
 * @throws UserError when there is none, when it is of another kind or made with other settings, or damaged.
 */
export async function openArtifact(
  folder: string,
  wanted: { kind: string; settings?: unknown; remedy: string },
): Promise<Artifact> {
  const fail = (what: string): never => {
    throw new UserError(`${what}; ${wanted.remedy}`);
  };
  const manifest = await readManifest(folder);
  if (manifest === 'absent') return fail(`no ${wanted.kind} in ${folder}`);
  if (manifest === 'damaged') return fail(`${join(folder, MANIFEST)} is damaged`);
  if (manifest.kind !== wanted.kind) return fail(`${folder} holds ${manifest.kind}, not ${wanted.kind}`);
  if (wanted.settings !== undefined && manifest.settingsHash !== hashOf(wanted.settings)) {
    const change = firstDifference(manifest.settings, wanted.settings);
    return fail(`${folder} (${wanted.kind}) was made with other settings${change}`);
  }
  return {
    folder,
    manifest,
    read: async name => {
      const content = await readVerified(folder, manifest, name);
      return typeof content === 'string' ? fail(`${join(folder, name)} is ${content}`) : content;
    },
  };
}

/** Whether the folder holds an artifact of this kind, made with these settings, with every file undamaged. */
export async function artifactIsCurrent(
  folder: string,
  wanted: { kind: string; settings: unknown },
): Promise<boolean> {
  return (await changedFiles(folder, wanted))?.length === 0;
}

/**
 * The files of an artifact that are missing, or not what was written; undefined where the folder holds none of this kind,
 * made with these settings.
 */
export async function changedFiles(
  folder: string,
  wanted: { kind: string; settings: unknown },
): Promise<string[] | undefined> {
  const manifest = await readManifest(folder);
  if (typeof manifest === 'string') return undefined;
  if (manifest.kind !== wanted.kind || manifest.settingsHash !== hashOf(wanted.settings)) return undefined;
  const changed: string[] = [];
  for (const name of Object.keys(manifest.files)) {
    if (typeof (await readVerified(folder, manifest, name)) === 'string') changed.push(name);
  }
  return changed;
}

async function readManifest(folder: string, name = MANIFEST): Promise<Manifest | 'absent' | 'damaged'> {
  const content = await readIfThere(join(folder, name));
  if (content === undefined) return 'absent';
  try {
    const manifest = manifestSchema.parse(JSON.parse(content.toString('utf8')));
    return manifest.settingsHash === hashOf(manifest.settings) ? manifest : 'damaged';
  } catch {
    return 'damaged';
  }
}

/** The content of a file that the manifest lists, or what is wrong with it. */
async function readVerified(
  folder: string,
  manifest: Manifest,
  name: string,
): Promise<Uint8Array | 'missing' | 'damaged'> {
  const content = await readIfThere(join(folder, name));
  if (content === undefined) return 'missing';
  return isAsListed(content, manifest.files[name]) ? content : 'damaged';
}

const isAsListed = (content: Uint8Array, listed: Manifest['files'][string] | undefined): boolean =>
  content.length === listed?.bytes && sha256(content) === listed.sha256;

/** Where two settings first differ, as ' (training.epochs: 3 there, 12 wanted)'; '' when they do not. */
function firstDifference(there: unknown, wanted: unknown, path: string[] = []): string {
  if (isRecord(there) && isRecord(wanted)) {
    for (const key of new Set([...Object.keys(there), ...Object.keys(wanted)])) {
      const difference = firstDifference(there[key], wanted[key], [...path, key]);
      if (difference !== '') return difference;
    }
    return '';
  }
  const [before, now] = [there, wanted].map(value => (value === undefined ? 'none' : canonicalJson(value)));
  return before === now ? '' : ` (${path.join('.')}: ${before} there, ${now} wanted)`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return version;
}
