// CONTRIBUTING.md is right: what it adds is added to a copy of this repository, as it says, and used.

import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Factor } from '@blind-demod/arrays';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Workplace } from './demod.js';
import { type Room, readRooms } from './rooms.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
let copy: string;
let place: Workplace;

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'contributing-'));
  await copyRepository();
  const changed = await addChoices(await readFile(join(ROOT, 'CONTRIBUTING.md'), 'utf8'));
  await build(changed);
  place = await Workplace.create(CONFIG, join(copy, 'packages/blind-demod/bin/demod.js'));
});
afterAll(async () => {
  await place?.remove(); // not there when the copy does not compile
  await rm(copy, { recursive: true });
});

const CONFIG = {
  signal: {
    images: { source: 'mnist', count: 100 },
    network: { latentDimension: 4, generatorMaps: 2, discriminatorMaps: 2 },
    training: { epochs: 1, batchSize: 16, objective: 'relativistic' },
  },
  distortion: {
    images: { source: 'stripes', count: 100, period: 9 },
    network: {
      architecture: 'dense',
      latentDimension: 4,
      units: 8,
      discriminatorMaps: 2,
      outputSmoothing: 1,
    },
    training: { epochs: 1, batchSize: 16 },
  },
};

test('a family makes images', async () => {
  expect(await place.succeed('data')).toMatch(/^distortion: 90 training and 10 test images in /m);
});

test('an architecture and an objective are trained', async () => {
  await place.succeed('train');
  const settingsOf = async (factor: Factor) =>
    JSON.parse((await place.read('artifacts/smoke', factor, 'manifest.json')).toString()).settings;
  expect((await settingsOf('signal')).training).toMatchObject({ objective: 'relativistic' });
  expect((await settingsOf('distortion')).network).toMatchObject({ architecture: 'dense', units: 8 });
});

test('a method and a metric are compared, and generators of that architecture are searched', async () => {
  const methods = ['observation', 'envelope', 'paper'];
  await place.succeed('compare', '--images', '4', '--conditions', 'clean', '--methods', methods.join());
  const csv = (await place.read('artifacts/smoke/compare/comparison.csv')).toString();
  const [header = [], ...rows] = csv
    .trim()
    .split('\n')
    .map(line => line.split(','));
  const scores = rows.map(row => Number(row[header.indexOf('absolute_error')]));
  expect(rows.map(row => row[header.indexOf('method')])).toEqual(
    methods.flatMap(method => Array(4).fill(method)),
  );
  expect(scores.every(score => score > 0 && score < 1)).toBe(true);
});

test('a study runs', async () => {
  expect(await place.succeed('theory', 'halving')).toMatch(/the squared norm is its half to within \d+ %/);
});

/** The sources as they are, built, and links to what npm installed. */
async function copyRepository(): Promise<void> {
  for (const file of ['package.json', 'tsconfig.json', 'configs', 'packages']) {
    await cp(join(ROOT, file), join(copy, file), {
      recursive: true,
      filter: path => !/\/(node_modules|docs|test|\.turbo)$/.test(path),
    });
  }
  const rooms = readRooms();
  const own = new Set(rooms.flatMap(({ packageName }) => [packageName, packageName.split('/')[0]!]));
  await mkdir(join(copy, 'node_modules/@blind-demod'), { recursive: true });
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    if (!own.has(name)) await symlink(join(ROOT, 'node_modules', name), join(copy, 'node_modules', name));
  }
  for (const { name, packageName } of rooms) {
    await symlink(join(copy, 'packages', name), join(copy, 'node_modules', packageName));
  }
}

/** Each block of code under the path of a file is that file, or a change of it. Returns the packages that it changed. */
async function addChoices(page: string): Promise<Set<string>> {
  const changed = new Set<string>();
  const blocks = page.matchAll(/^`(packages\/([^/]+)\/[^`]+)`:\n\n```(ts|diff)\n(.*?)^```$/gms);
  for (const [, path, room, kind, code] of blocks) {
    const file = join(copy, path!);
    await writeFile(file, kind === 'ts' ? code! : patched(await readFile(file, 'utf8'), code!), {
      flag: kind === 'ts' ? 'wx' : 'w',
    });
    changed.add(room!);
  }
  return changed;
}

/** The text with the lines that have a plus before them, each after the line that stands before it. */
function patched(text: string, diff: string): string {
  const lines = text.split('\n');
  let at = 0;
  for (const line of diff.trimEnd().split('\n')) {
    const content = line.slice(1);
    if (line.startsWith('+')) {
      lines.splice(at, 0, content);
      at++;
    } else {
      const found = lines.indexOf(content, at);
      if (found < 0) throw new Error(`CONTRIBUTING.md changes a line that there is not: ${content}`);
      at = found + 1;
    }
  }
  return lines.join('\n');
}

/** Compiles what demod is made of, as far as it changed or stands on what did, each package after those it stands on. */
async function build(changed: ReadonlySet<string>): Promise<void> {
  const rooms = readRooms();
  const stale = new Set<string>();
  const done = new Set<string>();
  const visit = async (room: Room) => {
    if (done.has(room.name)) return;
    done.add(room.name);
    for (const use of room.uses) await visit(rooms.find(({ name }) => name === use)!);
    if (!changed.has(room.name) && !room.uses.some(use => stale.has(use))) return;
    stale.add(room.name);
    await compile(room.name);
  };
  await visit(rooms.find(({ name }) => name === 'cli')!);
}

async function compile(room: string): Promise<void> {
  const tsc = spawn(
    process.execPath,
    [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', join(copy, 'packages', room)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  tsc.stdout.on('data', text => {
    output += text;
  });
  const code = await new Promise(resolve => tsc.on('close', resolve));
  if (code !== 0) throw new Error(`${room} does not compile:\n${output}`);
}
