// Time and memory of a correction: npm run speed -w @blind-demod/illumination -- [PICTURES]
//
// So many pictures (60 when absent) of 2048 × 2048 pixels and 16 bits, made here: discs under a known vignette, with noise. They
// are corrected in a process of its own; then by BaSiCPy, where $PYTHON or python3 has it.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomStream } from '@blind-demod/arrays';
import { lastLine, python } from '@blind-demod/artifacts';
import { textTable } from '@blind-demod/picture';
import { withPicture, writePicture } from '@blind-demod/picture-files';
import { correct } from '../correct/correct.js';
import { errorOf } from './table.js';

const SIDE = 2048;
const PIXELS = SIDE * SIDE;
const WORKER = 'worker';
const LAYOUT = { width: SIDE, height: SIDE, channels: 1, pageCount: 1 };

interface Usage {
  readonly seconds: number;
  readonly cpu: number;
  readonly megabytes: number;
}

const [first, ...rest] = process.argv.slice(2);
if (first === WORKER) await work(rest[0]!, rest[1]!);
else await compare(Number(first ?? 60));

async function compare(count: number): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'speed-'));
  try {
    const light = Float32Array.from({ length: PIXELS }, (_, pixel) => {
      const [u, v] = [(2 * (pixel % SIDE)) / SIDE - 1, (2 * Math.floor(pixel / SIDE)) / SIDE - 1];
      return (1 + 0.7 * (u * u + v * v)) ** -2;
    });
    mkdirSync(join(root, 'in'));
    for (let number = 0; number < count; number++)
      await writeTile(join(root, 'in', `${number}.tif`), light, number);
    const peer = fileURLToPath(new URL('../../peers/basic.py', import.meta.url));
    const programs: [string, string, string[]][] = [
      ['demod correct', process.execPath, [fileURLToPath(import.meta.url), WORKER]],
      ['BaSiCPy', python(), [peer]],
    ];
    const rows: string[][] = [];
    for (const [index, [name, program, args]] of programs.entries()) {
      const out = join(root, `out-${index}`);
      const { status, stdout, stderr, error } = spawnSync(program, [...args, join(root, 'in'), out], {
        encoding: 'utf8',
      });
      if (status !== 0) {
        process.stderr.write(`${name} does not run here: ${error?.message ?? lastLine(stderr)}\n`);
        continue;
      }
      const usage: Usage = JSON.parse(stdout.trim().split('\n').at(-1)!);
      const found = await withPicture(join(out, 'light.tif'), async picture =>
        Float32Array.from((await picture.read(0)).data),
      );
      rmSync(out, { recursive: true });
      const numbers = [usage.seconds, usage.cpu, usage.megabytes].map(value => value.toFixed(0));
      rows.push([name, `${count}`, ...numbers, (100 * errorOf(found, light)).toFixed(1)]);
    }
    const head = ['', 'pictures', 'seconds', 'CPU seconds', 'most memory, MB', 'error of the light, %'];
    process.stdout.write(`${textTable(head, rows, { ascii: true })}\n`);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Discs on a ground under the light, with the noise of counted photons. */
async function writeTile(file: string, light: Float32Array, number: number): Promise<void> {
  const random = randomStream(number, 'tile');
  const scene = new Float32Array(PIXELS).fill(200);
  for (let disc = 0; disc < 400; disc++) {
    const [x, y, radius] = [random.integer(SIDE), random.integer(SIDE), 10 + random.integer(50)];
    const level = 300 + 2700 * random.uniform();
    for (let row = Math.max(0, y - radius); row < Math.min(SIDE, y + radius); row++) {
      const half = Math.sqrt(radius ** 2 - (row - y) ** 2);
      const end = Math.min(SIDE, x + half);
      for (let column = Math.max(0, Math.ceil(x - half)); column < end; column++)
        scene[row * SIDE + column]! += level;
    }
  }
  const noise = random.normals(65_537); // no divisor of a row: rows are not alike
  const data = new Uint16Array(PIXELS);
  for (let pixel = 0; pixel < PIXELS; pixel++) {
    const photons = scene[pixel]! * light[pixel]!;
    data[pixel] = Math.max(0, Math.round(photons + Math.sqrt(photons) * noise[pixel % noise.length]!));
  }
  await writePicture(file, { ...LAYOUT, type: 'uint16' }, [{ shape: [1, SIDE, SIDE], data }]);
}

async function work(source: string, out: string): Promise<void> {
  const start = performance.now();
  const options = { each: false, normalise: false, float: false, force: false };
  await correct({ pictures: [source], out, ...options });
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const usage: Usage = {
    seconds: (performance.now() - start) / 1000,
    cpu: (userCPUTime + systemCPUTime) / 1e6,
    megabytes: maxRSS / 1024,
  };
  process.stdout.write(`${JSON.stringify(usage)}\n`);
}
