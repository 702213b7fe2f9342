// Small images to compare methods on, and methods that are known in advance.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ByFactor, float32, randomStream } from '@blind-demod/arrays';
import type { FactorImages } from '@blind-demod/distortion-data';
import { experimentSchema, type LoadedExperiment } from '@blind-demod/experiment';
import { onTestFinished } from 'vitest';
import type { Method } from '../../src/methods/method.js';

export const SIZE = 16;
export const IMAGES = 13;

export const loaded: LoadedExperiment = {
  name: 'example',
  file: 'configs/example.json',
  root: '/',
  experiment: experimentSchema.parse({ imageSize: SIZE, evaluation: { images: 7, batchSize: 3 } }),
};

/** Signals that are black in parts, and distortions of at least 0.2. */
export const images: ByFactor<FactorImages> = {
  signal: both('signal', value => Math.max(0, 2 * value - 1)),
  distortion: both('distortion', value => 0.2 + 0.8 * value),
};

function both(name: string, value: (uniform: number) => number): FactorImages {
  const set = (part: string) => {
    const uniforms = randomStream(1, 'comparison example', name, part).uniforms(IMAGES * SIZE * SIZE);
    return { pixels: float32([IMAGES, 1, SIZE, SIZE], uniforms.map(value)), labels: new Int32Array(IMAGES) };
  };
  return { train: set('train'), test: set('test') };
}

export const observation: Method = {
  name: 'observation',
  title: 'the observation',
  settings: {},
  recover: async problem => ({ signal: problem.observation }),
};

/** A method that knows the distortion, and notes the number of the first pair of each batch that it is given. */
export function oracle(settings: object = {}): Method & { readonly calls: number[] } {
  const calls: number[] = [];
  return {
    name: 'oracle',
    title: 'oracle, "told"',
    settings,
    calls,
    recover: async ({ observation, trueDistortion, first }) => {
      calls.push(first);
      const signal = observation.data.map((y, i) => y / trueDistortion.data[i]!);
      return { signal: float32(observation.shape, signal), distortion: trueDistortion };
    },
  };
}

/** A folder that is removed when the test is finished. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'comparison-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}
