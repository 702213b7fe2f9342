// How the page is built: one folder of static files that works under any path.
import { readFile } from 'node:fs/promises';
import { FACTORS } from '@blind-demod/arrays';
import { decodeGenerator, generatorPrior } from '@blind-demod/dcgan';
import { defineConfig, type Plugin } from 'vite';
import { directionsOf } from './build/directions.js';
import { DIRECTIONS } from './src/state.js';

const weights = (factor: string) =>
  new URL(`../../models/paper/${factor}/generator.safetensors`, import.meta.url);

/** Puts the generators beside the page, and the directions of their walks into it. */
function generators(): Plugin {
  const DIRECTIONS_MODULE = 'virtual:directions';
  return {
    name: 'generators',
    async buildStart() {
      for (const factor of FACTORS) {
        this.emitFile({
          type: 'asset',
          fileName: `models/${factor}.safetensors`,
          source: await readFile(weights(factor)),
        });
      }
    },
    resolveId: id => (id === DIRECTIONS_MODULE ? `\0${id}` : undefined),
    async load(id) {
      if (id !== `\0${DIRECTIONS_MODULE}`) return undefined;
      const directions = FACTORS.map(async factor => {
        const generator = decodeGenerator(await readFile(weights(factor)), factor);
        return [factor, await directionsOf(generatorPrior(generator), DIRECTIONS, 1)];
      });
      return `export default ${JSON.stringify(Object.fromEntries(await Promise.all(directions)))}`;
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
