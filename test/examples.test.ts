// The programs in examples/ run, and do what they say.
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { atBestScale, float32, minus, norm, randomStream } from '@blind-demod/arrays';
import { chromium, startChromium } from '@blind-demod/benchmark';
import { readImageFile, writePng } from 'blind-demod';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

const EXAMPLES = fileURLToPath(new URL('../examples/', import.meta.url));
const SIZE = 64;
let folder: string;
let photo: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'examples-'));
  photo = join(folder, 'photo.png');
  await writePng(
    photo,
    drawn((x, y) => zero(x, y) * light(x, y)),
  );
});
afterAll(() => rm(folder, { recursive: true }));

const run = async (program: string, ...args: string[]) =>
  (await promisify(execFile)(process.execPath, [join(EXAMPLES, program), ...args])).stdout;

test('each is told of in the README, and run here', async () => {
  const programs = (await readdir(EXAMPLES)).filter(name => name !== 'README.md');
  expect(programs.sort()).toEqual([
    'algorithm-1.mjs',
    'own-generator.mjs',
    'page',
    'recover.mjs',
    'shared-light.mjs',
    'train.mjs',
  ]);
  const readme = await readFile(join(EXAMPLES, 'README.md'), 'utf8');
  for (const program of programs) expect(readme).toContain(`](${program}`);
});

test('recover takes a picture apart', async () => {
  const out = join(folder, 'recovered');
  expect(await run('recover.mjs', photo, out)).toMatch(/confidence 0\.\d\d of 1\n$/);
  expect((await readdir(out)).sort()).toEqual(['distortion.png', 'generated.png', 'signal.png']);
  await expectRecovered(join(out, 'signal.png'));
});

test('shared-light finds the light of a series', async () => {
  const series = join(folder, 'series');
  await mkdir(series);
  const vignette = (x: number, y: number) => 1 - 0.35 * (x * x + y * y);
  const scenes = Array.from({ length: 12 }, (_, i) => scene(i));
  for (const [i, of] of scenes.entries())
    await writePng(
      join(series, `${i}.png`),
      drawn((x, y) => 0.9 * of(x, y) * vignette(x, y)),
    );
  const out = join(folder, 'even');
  expect(await run('shared-light.mjs', series, out)).toContain('the light of 12 pictures');
  const error = async (of: string, i: number) => {
    const truth = drawn(scenes[i]!).data;
    const { data } = await readImageFile(join(of, `${i}.png`), { size: SIZE, channels: 1 });
    return norm(minus(atBestScale(data, truth), truth)) / norm(truth);
  };
  for (const i of scenes.keys()) expect(await error(out, i)).toBeLessThan(0.5 * (await error(series, i)));
});

test('own-generator does it with an ONNX model of light', async () => {
  const out = join(folder, 'waves');
  expect(await run('own-generator.mjs', photo, out)).toMatch(/confidence 0\.\d\d of 1\n$/);
  await expectRecovered(join(out, 'signal.png'));
});

test('algorithm-1 finds the factors of a random product', async () => {
  const errors = [...(await run('algorithm-1.mjs')).matchAll(/signal ([\d.]+) % off/g)].map(([, error]) =>
    Number(error),
  );
  expect(errors.length).toBe(6);
  expect(errors[0]).toBeGreaterThan(10);
  expect(errors.at(-1)).toBeLessThan(0.1);
});

test('train makes generators of a folder of pictures', async () => {
  const pictures = join(folder, 'pictures');
  await mkdir(pictures);
  for (let i = 0; i < 40; i++)
    await writePng(
      join(pictures, `${i}.png`),
      drawn((x, y) => zero(x + i / 100, y)),
    );
  const out = await run('train.mjs', pictures, join(folder, 'trained'), '16', '1');
  expect(out).toContain('codes of 100 numbers make pictures, of 50 light');
});

test.skipIf(chromium === undefined)('the page takes a picture apart in Chromium', async () => {
  const site = join(folder, 'site');
  await build({
    entryPoints: [join(EXAMPLES, 'page/page.js')],
    bundle: true,
    format: 'esm',
    outdir: join(site, 'built'),
    loader: { '.wasm': 'file', '.safetensors': 'file' },
    logLevel: 'error',
  });
  const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' };
  const server = createServer(({ url = '/' }, response) => {
    const file = url === '/' ? join(EXAMPLES, 'page/index.html') : join(site, url);
    response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream');
    createReadStream(file)
      .on('error', () => response.writeHead(404).end())
      .pipe(response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const browser = await startChromium();
  onTestFinished(async () => {
    await browser.close();
    server.close();
  });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.getByLabel('A digit under smooth light').setInputFiles(photo);
  const status = page.getByRole('status');
  await status.getByText('Found; confidence').waitFor({ timeout: 120_000 });
  const signal = await page.evaluate(() => {
    const context = document.querySelector<HTMLCanvasElement>('#signal')!.getContext('2d')!;
    return [...context.getImageData(0, 0, 64, 64).data].filter((_, i) => i % 4 === 0);
  });
  expectNear(Float32Array.from(signal, value => value / 255));
});

async function expectRecovered(file: string) {
  expectNear((await readImageFile(file, { size: SIZE, channels: 1 })).data);
}

/** Most of the light is gone: a third of the zero is lost in the photo. */
function expectNear(image: Float32Array) {
  const truth = drawn(zero).data;
  const error = norm(minus(atBestScale(image, truth), truth)) / norm(truth);
  expect(error).toBeLessThan(0.15);
}

/** An image of a function of x to the right and y down, from −1 to 1. */
function drawn(value: (x: number, y: number) => number) {
  const at = (index: number) => (2 * index + 1) / SIZE - 1;
  return float32(
    [1, SIZE, SIZE],
    Float32Array.from({ length: SIZE ** 2 }, (_, i) => value(at(i % SIZE), at(Math.floor(i / SIZE)))),
  );
}

/** Disks of several brightnesses on grey ground. */
function scene(index: number) {
  const random = randomStream(1, 'scene', index);
  const disks = Array.from({ length: 20 }, () => Array.from({ length: 4 }, () => 2 * random.uniform() - 1));
  return (x: number, y: number) => {
    const over = disks.find(
      ([left, top, size]) => Math.hypot(x - left!, y - top!) < 0.1 + 0.1 * Math.abs(size!),
    );
    return over ? 0.6 + 0.4 * over[3]! : 0.5;
  };
}

/** A digit. */
const zero = (x: number, y: number) =>
  Math.min(1, Math.max(0, 2 - Math.abs(Math.hypot(x / 0.35, y / 0.55) - 1) / 0.15));

/** One of the paper's Gaussians (c = −2, σ = 25), brightest at the upper left. */
const light = (x: number, y: number) => Math.exp(-((5 * x + 2) ** 2 + (5 * y + 2) ** 2) / 25);
