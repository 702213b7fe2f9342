// The ten lines of the README that use the library, run as a program.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { atBestScale, minus, norm } from '@blind-demod/arrays';
import { float32, readImageFile, writePng } from 'blind-demod';
import { expect, onTestFinished, test } from 'vitest';

const root = new URL('../../../', import.meta.url);
const SIZE = 64;

// A whole recovery in a process of its own takes seconds, but many on a machine that is busy.
test('they take a picture apart', { timeout: 300_000 }, async () => {
  const readme = await readFile(new URL('README.md', root), 'utf8');
  const [program] = [...readme.matchAll(/```js\n(.*?)```/gs)]
    .map(([, code]) => code!)
    .filter(code => code.includes("from 'blind-demod'"));
  expect(program!.trim().split('\n').length).toBeLessThanOrEqual(10);

  const folder = await mkdtemp(join(tmpdir(), 'blind-demod-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await symlink(fileURLToPath(new URL('node_modules', root)), join(folder, 'node_modules'));
  await writeFile(join(folder, 'program.mjs'), program!);
  await writePng(
    join(folder, 'photo.png'),
    drawn((x, y) => zero(x, y) * light(x, y)),
  );
  const { stdout } = await promisify(execFile)(process.execPath, ['program.mjs'], { cwd: folder });
  expect(stdout).toMatch(/^confidence 0\.\d\d of 1\n$/);

  const options = { size: SIZE, channels: 1 };
  const [photo, signal] = await Promise.all(
    ['photo.png', 'signal.png'].map(async name => (await readImageFile(join(folder, name), options)).data),
  );
  const truth = drawn(zero).data;
  const error = (image: Float32Array) => norm(minus(atBestScale(image, truth), truth)) / norm(truth);
  // A third of the zero is lost in the photo; most of it is to come back, whatever the last digits of a processor are.
  expect(error(photo!)).toBeGreaterThan(0.3);
  expect(error(signal!)).toBeLessThan(0.1);
});

/** An image of a function of x to the right and y down, from −1 to 1. */
function drawn(value: (x: number, y: number) => number) {
  const at = (index: number) => (2 * index + 1) / SIZE - 1;
  return float32(
    [1, SIZE, SIZE],
    Float32Array.from({ length: SIZE ** 2 }, (_, i) => value(at(i % SIZE), at(Math.floor(i / SIZE)))),
  );
}

/** A digit. */
function zero(x: number, y: number): number {
  const distance = Math.abs(Math.hypot(x / 0.35, y / 0.55) - 1);
  return Math.min(1, Math.max(0, 2 - distance / 0.15));
}

/** One of the paper's Gaussians (c = −2, σ = 25), brightest at the upper left. */
const light = (x: number, y: number): number => Math.exp(-((5 * x + 2) ** 2 + (5 * y + 2) ** 2) / 25);
