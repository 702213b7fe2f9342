// The solver without Node: the bundle of a page, and a recovery by it on ONNX Runtime's WebAssembly.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { builtinModules, createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { float32, randomStream } from '@blind-demod/arrays';
import { encodeGenerator } from '@blind-demod/dcgan';
import { decodeGenerator, type Generator, generatorPrior, ROBUST_SOLVER, recover } from 'blind-demod';
import { build, type Metafile } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

const here = (file: string) => fileURLToPath(new URL(`browser/${file}`, import.meta.url));
const WASM = createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');

let folder: string;
let metafile: Metafile;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demod-browser-'));
  ({ metafile } = await build({
    entryPoints: [here('page.ts')],
    bundle: true,
    platform: 'browser',
    format: 'esm',
    outfile: join(folder, 'page.mjs'),
    metafile: true,
    logLevel: 'error',
  }));
});
afterAll(() => rm(folder, { recursive: true }));

test('the bundle of a page has nothing that is for Node', () => {
  const files = Object.keys(metafile.inputs);
  expect(files).toContainEqual(expect.stringMatching(/jit\/dist\/browser\/host\.js$/));
  expect(files.filter(file => /\/dist\/node\/|\.node\.js$/.test(file))).toEqual([]);
  const packages = new Set(files.map(file => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]));
  for (const name of ['zod', 'sharp', 'onnxruntime-node', '@tensorflow/tfjs-layers']) {
    expect(packages).not.toContain(name);
  }
  // Those that a package's own manifest leaves out of browsers are there as "(disabled):crypto", and empty.
  expect(files.filter(file => file.startsWith('node:') || builtinModules.includes(file))).toEqual([]);
  // What is not in the bundle would be loaded at run time.
  expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
});

test('the bundle has TensorFlow.js once, and the gradients of its kernels', () => {
  const files = Object.keys(metafile.inputs).filter(file => /@tensorflow\/tfjs-core\//.test(file));
  expect(files.filter(file => /\/tf-core\./.test(file))).toEqual([]);
  for (const name of ['engine', 'register_all_gradients']) {
    expect(files.filter(file => file.endsWith(`/dist/${name}.js`))).toHaveLength(1);
  }
});

test('it recovers in a browser what it recovers in Node, and no text becomes code', async () => {
  const generators = { signal: randomGenerator('signal'), distortion: randomGenerator('distortion') };
  const observation = float32(
    [2, 1, 16, 16],
    randomStream(1, 'observation')
      .normals(2 * 16 ** 2)
      .map(value => 0.5 + 0.1 * value),
  );
  const options = {
    seed: 1,
    device: 'cpu',
    settings: { ...ROBUST_SOLVER, iterations: 10, draws: 32, restarts: 2, polish: 10 },
  } as const;

  const input = join(folder, 'input.json');
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  await writeFile(
    input,
    JSON.stringify({
      generators: { signal: base64(generators.signal), distortion: base64(generators.distortion) },
      observation: { ...observation, data: [...observation.data] },
      options,
    }),
  );
  const { stdout } = await promisify(execFile)(process.execPath, [
    // As under a content security policy without 'unsafe-eval'.
    '--disallow-code-generation-from-strings',
    here('run.mjs'),
    join(folder, 'page.mjs'),
    WASM,
    input,
  ]);
  const found: Record<string, number[]> = JSON.parse(stdout);

  const prior = (bytes: Uint8Array) => generatorPrior(decodeGenerator(bytes, 'generator'));
  const priors = { signal: prior(generators.signal), distortion: prior(generators.distortion) };
  const expected = await recover(observation, { ...options, ...priors });
  for (const name of ['signal', 'distortion', 'refined', 'confidence'] as const) {
    const values = name === 'confidence' ? expected[name] : expected[name].data;
    expect(found[name]).toHaveLength(values.length);
    const difference = Math.max(...values.map((value, i) => Math.abs(found[name]![i]! - value)));
    // Both round to 6e-8, but add in other orders; each of the twenty steps carries on the differences of those before.
    expect(difference).toBeLessThan(1e-5 * Math.max(...values.map(Math.abs)));
  }
});

/** The weights file of a generator of 16×16 images with random weights. */
function randomGenerator(name: string): Uint8Array {
  const draw = (layer: number, part: string, shape: readonly number[]) =>
    float32(
      shape,
      randomStream(1, name, layer, part)
        .normals(shape.reduce((a, b) => a * b, 1))
        .map(value => 0.3 * value),
    );
  const layer = (index: number, weight: readonly number[], maps: number) => ({
    weight: draw(index, 'weight', weight),
    bias: draw(index, 'bias', [maps]),
  });
  const generator: Generator = {
    architecture: 'dcgan',
    latentDimension: 5,
    imageShape: [1, 16, 16],
    outputRange: [0, 1],
    parameters: [layer(0, [5, 6 * 16], 6), layer(1, [6, 3, 4, 4], 3), layer(2, [3, 1, 4, 4], 1)],
  };
  return encodeGenerator(generator);
}
