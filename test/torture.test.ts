// What may happen to a run, at random: kills, full disks, damaged bytes, nonsense for configs and pictures. Nothing may be
// lost, and nothing that is wrong may pass for right: a run ends as an undisturbed one does, or in one line that says why.
//
// A few tries belong to the tests. `npm run torture` makes TORTURE times as many, and tells them by kind.

import { execFileSync } from 'node:child_process';
import { cp, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RandomStream, randomStream, UserError } from '@blind-demod/arrays';
import { readImageFile } from '@blind-demod/distortion-data';
import { loadExperiment } from '@blind-demod/experiment';
import { withPicture } from '@blind-demod/picture-files';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Outcome, Workplace } from './demod.js';

/** How many times as many tries as the tests have time for. */
const LONGER = Number(process.env.TORTURE || 1);
const SEED = Number(process.env.TORTURE_SEED || (LONGER === 1 ? 1 : Date.now() % 1e6));
const HOURS = { timeout: 24 * 3_600_000 };

/** Tries by kind, and how they ended. */
const tally: Record<string, Record<string, number>> = {};
function count(kind: string, ending: string): void {
  tally[kind] ??= {};
  tally[kind][ending] = (tally[kind][ending] ?? 0) + 1;
}
afterAll(() => {
  console.log(`torture, seed ${SEED}:\n${JSON.stringify(tally, null, 2)}`);
});

/** A config with more checkpoints and snapshots than it needs. */
const CONFIG = {
  distortion: {
    images: { source: 'gaussian', count: 400 },
    network: { latentDimension: 8, generatorMaps: 8, discriminatorMaps: 8 },
    training: { epochs: 2, batchSize: 16, checkpointEvery: 5, snapshotEvery: 1 },
  },
};
/** What of a run must be as that of an undisturbed one. */
const RESULTS = [
  ...['signal', 'distortion'].flatMap(factor =>
    ['generator.safetensors', 'losses.jsonl', 'manifest.json'].map(name => `${factor}/${name}`),
  ),
  ...['metrics.json', 'images.csv', 'report.html', 'manifest.json'].map(name => `eval/${name}`),
];

let whole: Workplace;
let seconds: number;
beforeAll(async () => {
  whole = await Workplace.createWithin(CONFIG);
  const start = performance.now();
  expect((await whole.start('train').outcome).code).toBe(0);
  seconds = (performance.now() - start) / 1000;
  await whole.succeed('eval');
});
afterAll(() => whole.remove());

const pathsIn = async (place: Workplace): Promise<string[]> => {
  const entries = await readdir(place.path('artifacts'), { recursive: true, withFileTypes: true });
  return entries.filter(entry => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
};

/** Finishes what was begun, which has to end in the bytes of the undisturbed run, and leave no scraps. */
async function expectWhole(place: Workplace): Promise<void> {
  for (const command of ['train', 'eval']) {
    const { code, stderr } = await place.run(command);
    expect(code, stderr).toBe(0);
  }
  for (const name of RESULTS) {
    const bytes = await place.read('artifacts', 'smoke', name);
    expect(bytes.equals(await whole.read('artifacts', 'smoke', name)), name).toBe(true);
  }
  expect((await pathsIn(place)).filter(path => /\.tmp$|\.lock$|pending/.test(path))).toEqual([]);
}

function expectOneLine({ code, stderr }: Pick<Outcome, 'code' | 'stderr'>): void {
  expect(stderr).not.toMatch(/^ +at |DEBUG=1/m);
  expect(stderr.match(/^error: /gm) ?? []).toHaveLength(1);
  expect(code).toBe(1);
}

test(`kills at random moments (seed ${SEED})`, HOURS, async () => {
  const random = randomStream(SEED, 'kills');
  const place = await Workplace.createWithin(CONFIG);
  for (let round = 0; round < 2 * LONGER; round++) {
    const command = random.uniform() < 0.7 ? 'train' : 'eval';
    const running = place.start(command);
    await Promise.race([sleep(1000 * seconds * random.uniform()), running.outcome]);
    running.child.kill('SIGKILL');
    const { signal, code, stderr } = await running.outcome;
    if (signal === null && code !== 0) expectOneLine({ code, stderr }); // an evaluation before the training
    count('kills', signal ? 'killed' : 'ended before');
    if (round % 8 === 7) {
      await expectWhole(place);
      count('kills', 'of these, finished to the same bytes');
      await rm(place.path('artifacts'), { recursive: true, force: true });
    }
  }
  await expectWhole(place);
  count('kills', 'of these, finished to the same bytes');
  await place.remove();
});

/** A disk of so many kilobytes at a folder, as root may have it; undefined for others. */
function disk(folder: string, kilobytes: number, remount = false): boolean {
  const options = `${remount ? 'remount,' : ''}size=${kilobytes}k`;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test(`full disks (seed ${SEED})`, HOURS, async ({ skip }) => {
  const random = randomStream(SEED, 'disks');
  const place = await Workplace.createWithin(CONFIG);
  const folder = place.path('artifacts');
  await mkdir(folder);
  const used = (await Promise.all((await pathsIn(whole)).map(async path => (await stat(path)).size))).reduce(
    (sum, size) => sum + size,
  );
  if (!disk(folder, 4)) skip('only root may mount a small disk');
  try {
    for (let round = 0; round < LONGER; round++) {
      disk(folder, Math.ceil((used / 1024) * random.uniform()) + 4, true);
      for (const command of ['train', 'eval']) {
        const outcome = await place.run(command);
        if (outcome.code === 0) count('full disks', 'there was room');
        else {
          expectOneLine(outcome);
          count(
            'full disks',
            /no space left/.test(outcome.stderr) ? 'told in one line' : 'nothing to evaluate yet',
          );
        }
      }
      disk(folder, 100_000, true);
      await expectWhole(place);
      count('full disks', 'finished to the same bytes with room again');
      for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
    }
  } finally {
    execFileSync('umount', ['--lazy', folder]);
    await place.remove();
  }
});

/** One of the ways in which bytes go wrong. */
function damage(bytes: Buffer, random: RandomStream): Buffer {
  const kind = random.integer(5);
  const position = random.integer(Math.max(1, bytes.length));
  if (kind === 0) return bytes.subarray(0, position);
  if (kind === 1) return Buffer.alloc(0);
  if (kind === 2) return Buffer.concat([bytes, Buffer.from('\n')]);
  if (kind === 3) return Buffer.from(bytes).fill(0, position, Math.min(bytes.length, position + 512));
  const flipped = Buffer.from(bytes);
  if (flipped.length > 0) flipped[position]! ^= 1 << random.integer(8);
  return flipped;
}

test(`damaged bytes of every kind of file (seed ${SEED})`, HOURS, async () => {
  const random = randomStream(SEED, 'damage');
  const place = await whole.copy();
  const paths = (await pathsIn(place)).map(path => path.slice(place.folder.length + 1)).sort();
  for (let round = 0; round < 8 * LONGER; round++) {
    const path = paths[random.integer(paths.length)]!;
    const before = await place.read(path);
    const after = damage(before, random);
    await writeFile(place.path(path), after);
    const outcome = await place.run('eval');
    if (outcome.code === 0) {
      for (const name of ['metrics.json', 'images.csv']) {
        const bytes = await place.read('artifacts', 'smoke', 'eval', name);
        expect(bytes.equals(await whole.read('artifacts', 'smoke', 'eval', name)), path).toBe(true);
      }
      count('damaged files of a finished run', 'made anew, or not needed');
    } else {
      expect(outcome.stderr).toMatch(/damaged|missing/);
      expectOneLine(outcome);
      count('damaged files of a finished run', 'told in one line');
    }
    await rm(place.path('artifacts'), { recursive: true });
    await cp(whole.path('artifacts'), place.path('artifacts'), { recursive: true });
  }
});

test(`damaged bytes of a training that was stopped (seed ${SEED})`, HOURS, async () => {
  const random = randomStream(SEED, 'stopped');
  const stopped = await Workplace.create(CONFIG);
  const folder = join('artifacts', 'smoke', 'distortion');
  const running = stopped.start('train', 'distortion');
  while (!(await stat(stopped.path(folder, 'snapshots', 'epoch-001.train.json')).catch(() => undefined))) {
    expect(running.child.exitCode).toBeNull();
    await sleep(5);
  }
  running.child.kill('SIGKILL');
  await running.outcome;
  const paths = (await pathsIn(stopped)).map(path => path.slice(stopped.folder.length + 1)).sort();
  for (let round = 0; round < 3 * LONGER; round++) {
    const place = await Workplace.createWithin(CONFIG);
    await cp(stopped.path('artifacts'), place.path('artifacts'), { recursive: true });
    const path = paths[random.integer(paths.length)]!;
    const after = damage(await place.read(path), random);
    await writeFile(place.path(path), after);
    const outcome = await place.run('train', 'distortion');
    if (outcome.code === 0) {
      const weights = await place.read(folder, 'generator.safetensors');
      expect(weights.equals(await whole.read(folder, 'generator.safetensors')), path).toBe(true);
      count('damaged files of a stopped training', 'finished to the same bytes');
    } else {
      expectOneLine(outcome);
      count('damaged files of a stopped training', 'told in one line');
    }
    await place.remove();
  }
  await stopped.remove();
});

/** A failure has to be a UserError of one line. */
async function expectUserError(work: Promise<unknown>): Promise<'taken' | 'told in one line'> {
  try {
    await work;
    return 'taken';
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).not.toContain('\n');
    expect((error as Error).message.length).toBeLessThan(500);
    return 'told in one line';
  }
}

test(`nonsense for configs (seed ${SEED})`, HOURS, async () => {
  const smoke = JSON.parse((await whole.read('smoke.json')).toString()) as object;
  const file = whole.path('fuzzed.json');
  const places = (value: object): (readonly string[])[] =>
    Object.entries(value).flatMap(([key, inner]) => [
      [key],
      ...(typeof inner === 'object' && inner !== null ? places(inner).map(path => [key, ...path]) : []),
    ]);
  const numbers = fc.constantFrom(0, 1, 2, 16, -1, 0.5, 1e9, 1e15, 2 ** 53, 1e308, 1e-308, 5e-324);
  const nonsense = fc.oneof(fc.jsonValue(), numbers);
  const changed = fc.tuple(fc.constantFrom(...places(smoke)), nonsense).map(([path, value]) => {
    const config = structuredClone(smoke) as Record<string, unknown>;
    const inner = path.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, config);
    inner[path.at(-1)!] = value;
    return JSON.stringify(config);
  });
  const cut = fc.nat(JSON.stringify(smoke).length).map(length => JSON.stringify(smoke).slice(0, length));
  const text = fc.oneof({ weight: 4, arbitrary: changed }, cut, fc.json(), fc.string());
  await fc.assert(
    fc.asyncProperty(text, async content => {
      await writeFile(file, content);
      count('nonsense for configs', await expectUserError(loadExperiment(file)));
    }),
    { seed: SEED, numRuns: 150 * LONGER },
  );
});

test(`nonsense for pictures (seed ${SEED})`, HOURS, async () => {
  const file = whole.path('fuzzed');
  const pixels = Uint8Array.from({ length: 24 * 16 * 3 }, (_, index) => (index * 37) % 251);
  const picture = sharp(pixels, { raw: { width: 24, height: 16, channels: 3 } });
  const good = await Promise.all([
    picture.clone().png().toBuffer(),
    picture.clone().jpeg().toBuffer(),
    picture.clone().webp().toBuffer(),
    picture.clone().gif().toBuffer(),
    picture.clone().tiff({ compression: 'lzw' }).toBuffer(),
    picture.clone().tiff({ compression: 'none', predictor: 'none' }).toBuffer(),
  ]);
  const damaged = fc
    .tuple(fc.constantFrom(...good), fc.nat(1e6))
    .map(([bytes, seed]) => damage(bytes, randomStream(seed, 'picture')));
  const anything = fc
    .tuple(fc.constantFrom(...good), fc.uint8Array({ maxLength: 300 }))
    .map(([start, rest]) => Buffer.concat([start.subarray(0, 12), rest]));
  await fc.assert(
    fc.asyncProperty(fc.oneof(damaged, anything), async content => {
      await writeFile(file, content);
      const read = readImageFile(file, { size: 16, channels: 1 }).then(({ data }) => {
        expect(data.every(value => value >= 0 && value <= 1)).toBe(true);
      });
      count('nonsense for pictures', await expectUserError(read));
      const pages = withPicture(file, async picture => {
        if (picture.pages.length > 0) await picture.read(0);
      });
      count('nonsense for pictures', await expectUserError(pages));
    }),
    { seed: SEED, numRuns: 100 * LONGER },
  );
});
