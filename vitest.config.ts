import { existsSync } from 'node:fs';
import type { Device } from '@blind-demod/jit';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

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

/** Rooms of functions: their tests are run one after the other in a process that has loaded TensorFlow.js once. */
const SHARING =
  'arrays|dcgan|demod-core|distortion-data|eval|experiment|illumination|picture|picture-files|theory';
/** But these change what their process has: a module, the number of threads. */
const CHANGING = ['packages/eval/test/methods/search.test.ts', 'packages/dcgan/test/train.test.ts'];

/** What takes longest, the longest first: begun last, one would run alone. */
const LONGEST = [
  'packages/web/test/page.test.ts',
  'packages/release/test/release.test.ts',
  'test/sweep.test.ts',
  'test/examples.test.ts',
  'test/launch.test.ts',
  'test/pipeline.test.ts',
  'test/torture.test.ts',
  'packages/jit/test/kernels.test.ts',
  'test/interruptions.test.ts',
  'test/contributing.test.ts',
  'test/bench.test.ts',
];

/** The longest first; then what has a process of its own; the many short ones last, so that both workers end together. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId, project }: TestSpecification) => {
      const longest = LONGEST.findIndex(file => moduleId.endsWith(file));
      return longest < 0 ? LONGEST.length + Number(!project.config.isolate) : longest;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    setupFiles: ['test/equality.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'alone',
          include: [`packages/!(${SHARING})/test/**/*.test.ts`, 'test/**/*.test.ts', ...CHANGING],
        },
      },
      {
        extends: true,
        test: {
          name: 'sharing',
          include: [`packages/@(${SHARING})/test/**/*.test.ts`],
          exclude: CHANGING,
          isolate: false,
        },
      },
    ],
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
