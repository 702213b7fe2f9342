// Runs the bundle of a page as a web worker would: node run.mjs BUNDLE WASM INPUT. The recovery goes to stdout, as JSON.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [bundle, wasm, input] = process.argv.slice(2);
const page = pathToFileURL(bundle).href;
const wasmBinary = readFileSync(wasm);
const { generators, observation, options } = JSON.parse(readFileSync(input, 'utf8'));

// What Node has and a browser lacks, and the other way round.
for (const name of ['process', 'Buffer', 'global', 'setImmediate', 'clearImmediate']) delete globalThis[name];
Object.assign(globalThis, {
  self: globalThis,
  WorkerGlobalScope: class {},
  location: { href: page, origin: 'file://' },
});

const { decodeGenerator, env, generatorPrior, recover } = await import(page);
env.wasm.wasmBinary = wasmBinary;
const prior = base64 =>
  generatorPrior(
    decodeGenerator(
      Uint8Array.from(atob(base64), char => char.charCodeAt(0)),
      'generator',
    ),
  );
const { signal, distortion, refined, confidence } = await recover(
  { ...observation, data: Float32Array.from(observation.data) },
  { ...options, signal: prior(generators.signal), distortion: prior(generators.distortion) },
);
const found = { signal: signal.data, distortion: distortion.data, refined: refined.data, confidence };
console.log(JSON.stringify(found, (_, value) => (value instanceof Float32Array ? [...value] : value)));
