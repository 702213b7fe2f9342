// How the page is built: one folder of static files that works under any path.
import { readFile } from 'node:fs/promises';
import { FACTORS, type Factor } from '@blind-demod/arrays';
import { decodeGenerator, generatorPrior } from '@blind-demod/dcgan';
import { defineConfig, type Plugin } from 'vite';
import { walkOf } from './build/walks.js';
import { DENOISER, SOLVERS } from './src/solvers.js';

const weights = (pair: string, factor: Factor) =>
  readFile(new URL(`../../models/${pair}/${factor}/generator.safetensors`, import.meta.url));

/** Puts the generators and the denoiser beside the page, and the walks through what they know into it. */
function generators(): Plugin {
  const WALKS_MODULE = 'virtual:walks';
  return {
    name: 'generators',
    async buildStart() {
      for (const pair of new Set(SOLVERS.map(({ generators }) => generators))) {
        for (const factor of FACTORS) {
          const fileName = `models/${pair}/${factor}.safetensors`;
          this.emitFile({ type: 'asset', fileName, source: await weights(pair, factor) });
        }
      }
      const denoiser = new URL('../../models/default/denoiser/denoiser.safetensors', import.meta.url);
      this.emitFile({ type: 'asset', fileName: DENOISER, source: await readFile(denoiser) });
    },
    resolveId: id => (id === WALKS_MODULE ? `\0${id}` : undefined),
    async load(id) {
      if (id !== `\0${WALKS_MODULE}`) return undefined;
      const walks = FACTORS.map(async factor => {
        const prior = generatorPrior(decodeGenerator(await weights('default', factor), factor));
        return [factor, await walkOf(factor, prior)];
      });
      return `export default ${JSON.stringify(Object.fromEntries(await Promise.all(walks)))}`;
    },
  };
}

/** Not every host knows that files named .mjs are scripts. */
const output = {
  assetFileNames: ({ names }: { names: readonly string[] }) =>
    `assets/[name]-[hash]${names[0]?.endsWith('.mjs') ? '.js' : '[extname]'}`,
};

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  publicDir: false,
  plugins: [generators()],
  worker: { format: 'es', rolldownOptions: { output } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    rolldownOptions: { output },
    target: 'es2022',
    modulePreload: false,
    chunkSizeWarningLimit: 2000,
    reportCompressedSize: false,
  },
});
