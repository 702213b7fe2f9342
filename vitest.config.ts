import { existsSync } from 'node:fs';
import type { Device } from '@blind-demod/jit';
import { defineConfig } from 'vitest/config';

// On a machine with a GPU one asks for its tests: DEMOD_TEST_DEVICES=cpu,webgpu.
const asked = process.env.DEMOD_TEST_DEVICES?.split(',') as Device[] | undefined;

// Chromium brings a Vulkan driver that computes in software, and a loader for it: slow, but a true test of `webgpu`.
const CHROMIUM = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];
const folder = asked ? undefined : CHROMIUM.find(path => existsSync(`${path}/vk_swiftshader_icd.json`));
const software = folder !== undefined;
if (!software && !asked)
  console.warn(
    `device webgpu is not tested: no ${CHROMIUM[0]}/vk_swiftshader_icd.json (Debian: chromium-common)`,
  );

declare module 'vitest' {
  interface ProvidedContext {
    /** The devices that are tested against `js`. */
    devices: Device[];
    /** Whether `webgpu` is a driver that computes in software. */
    software: boolean;
  }
}

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    // Some tests train and solve for real; on a busy machine of two cores that takes its time.
    testTimeout: 120_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
    // A process of its own per worker has these variables before it loads native libraries.
    pool: 'forks',
    env: {
      // Some tests load ONNX Runtime by themselves.
      ORT_DISABLE_TELEMETRY: '1',
      // The workers share the cores as tasks of Slurm do, one each: threads that wait for each other's cores cost a half more.
      SLURM_CPUS_PER_TASK: '1',
      ...(software && {
        VK_ICD_FILENAMES: `${folder}/vk_swiftshader_icd.json`,
        LD_LIBRARY_PATH: [process.env.LD_LIBRARY_PATH, folder].filter(Boolean).join(':'),
      }),
    },
    provide: { devices: asked ?? (software ? ['cpu', 'webgpu'] : ['cpu']), software },
  },
});
