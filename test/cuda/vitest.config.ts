// npm run test:cuda: the eager path of `cuda`, on TensorFlow's kernels for the processor. They are built at first, which
// downloads 250 MB and takes a minute; not a part of the ordinary tests.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    globalSetup: 'test/cuda/setup.ts',
    include: [
      'test/cuda/smoke.ts',
      'packages/jit/test/{kernels,loop,program}.test.ts',
      'packages/dcgan/test/{networks,step}.test.ts',
      'packages/dcgan/test/onnx/prior.test.ts',
      'packages/demod-core/test/{algorithm1,solve}.test.ts',
    ],
    // Of each, what runs on the devices that `setup.ts` provides.
    testNamePattern: /\bcuda\b/,
    testTimeout: 300_000,
    maxWorkers: 2,
    pool: 'forks',
    provide: { software: false },
  },
});
