// Artifacts: folders of results, each with a manifest that says what made it and what it must contain.

import { readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256, UserError } from '@blind-demod/arrays';
import { z } from 'zod';
import { systemCode } from './errors.js';
import { notWritable, writeFileAtomic } from './files.js';
import { canonicalJson, hashOf } from './hash.js';

const MANIFEST = 'manifest.json';

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
  /** A file's content, after its size and sha256 were found right. @throws UserError when they are not */
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
 * Writes an artifact. The manifest comes last, so a folder with a manifest is complete, and one where writing
 * was cut short has none. The same content gives the same bytes.
 *
 * @throws UserError when the folder cannot be written.
 */
export async function writeArtifact(folder: string, content: ArtifactContent): Promise<void> {
  const { kind, settings, seed, files } = content;
  const manifestFile = join(folder, MANIFEST);
  await rm(manifestFile, { force: true }).catch(error => {
    throw notWritable(manifestFile, error);
  });
  const listing: Manifest['files'] = {};
  for (const [name, data] of Object.entries(files)) {
    listing[name] = { bytes: Buffer.byteLength(data), sha256: sha256(data) };
    await writeFileAtomic(join(folder, name), data);
  }
  const manifest: Manifest = {
    kind,
    settingsHash: hashOf(settings),
    settings,
    seed,
    versions: { 'blind-demod': ownVersion(), node: process.versions.node, ...content.versions },
    files: listing,
  };
  await writeFileAtomic(manifestFile, `${canonicalJson(manifest, 2)}\n`);
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
    read: async name =>
      (await readVerified(folder, manifest, name)) ?? fail(`${join(folder, name)} is damaged`),
  };
}

/** Whether the folder holds an artifact of this kind, made with these settings, with every file undamaged. */
export async function artifactIsCurrent(
  folder: string,
  wanted: { kind: string; settings: unknown },
): Promise<boolean> {
  const manifest = await readManifest(folder);
  if (typeof manifest === 'string') return false;
  if (manifest.kind !== wanted.kind || manifest.settingsHash !== hashOf(wanted.settings)) return false;
  for (const name of Object.keys(manifest.files)) {
    if ((await readVerified(folder, manifest, name)) === undefined) return false;
  }
  return true;
}

async function readManifest(folder: string): Promise<Manifest | 'absent' | 'damaged'> {
  const content = await readIfThere(join(folder, MANIFEST));
  if (content === undefined) return 'absent';
  try {
    const manifest = manifestSchema.parse(JSON.parse(content.toString('utf8')));
    return manifest.settingsHash === hashOf(manifest.settings) ? manifest : 'damaged';
  } catch {
    return 'damaged';
  }
}

/** The content of a file that the manifest lists; undefined when it is missing or not what was written. */
async function readVerified(
  folder: string,
  manifest: Manifest,
  name: string,
): Promise<Uint8Array | undefined> {
  const expected = manifest.files[name];
  const content = expected && (await readIfThere(join(folder, name)));
  return content?.length === expected?.bytes && content && sha256(content) === expected?.sha256
    ? content
    : undefined;
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    if (code === 'EACCES' || code === 'EPERM') throw new UserError(`cannot read ${file}: permission denied`);
    throw code === undefined ? error : new UserError(`cannot read ${file} (${code})`);
  }
}

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
