// How near the page's own solvers come to the page's drawings: `npm run solvers -w @blind-demod/web` prints the README's table.
import { readFile } from 'node:fs/promises';
import { median } from '@blind-demod/arrays';
import { EXAMPLES } from '../src/examples.js';
import { loadGenerators } from '../src/generators.js';
import { numbersOf } from '../src/numbers.js';
import { run } from '../src/run.js';
import { truthOf } from '../src/stage-images.js';

/** Three lights of the family that the generator knows, in turn. */
const LAMPS = [
  { x: 0.66, y: 0.66, width: 24, strength: 1 },
  { x: 0.35, y: 0.35, width: 28, strength: 1 },
  { x: 0.5, y: 0.5, width: 22, strength: 1 },
];
const SEEDS = [1, 2, 3];

// npm runs it in the package's folder.
const read = async (file: string): Promise<ArrayBuffer> =>
  Uint8Array.from(await readFile(`../../models/default/${file}.safetensors`)).buffer;
const generators = await loadGenerators(
  {
    signal: await read('signal/generator'),
    distortion: await read('distortion/generator'),
    denoiser: await read('denoiser/denoiser'),
  },
  'cpu',
);
const truths = EXAMPLES.map(({ ink }, index) => truthOf({ ink, lamp: LAMPS[index % LAMPS.length]! }));
const told = (psnrs: readonly number[]) => `${median(psnrs).toFixed(1)}, ${Math.min(...psnrs).toFixed(1)} dB`;

console.log(`| solver | ${SEEDS.map(seed => `seed ${seed}, median and least`).join(' | ')} |`);
for (const solver of ['quick', 'full'] as const) {
  const cells: string[] = [];
  for (const seed of SEEDS) {
    const refined: number[] = [];
    for (const truth of truths) {
      const { observation } = truth;
      const silent = { frame: () => {}, progress: () => {} };
      const result = await run(generators, { observation, solver, seed, slowly: false }, silent);
      refined.push(numbersOf(result, truth).refined);
    }
    cells.push(told(refined));
  }
  console.log(`| *${solver}* | ${cells.join(' | ')} |`);
}
const seen = truths.map(truth => numbersOf({ ...truth, refined: truth.observation }, truth).observation);
console.log(`observations: ${told(seen)}`);
