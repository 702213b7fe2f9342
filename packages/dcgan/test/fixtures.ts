// A small experiment and its images, for tests that train.

import { float32, randomStream } from '@blind-demod/arrays';
import type { FactorImages } from '@blind-demod/distortion-data';
import type { LoadedExperiment } from '@blind-demod/experiment';
import { experimentSchema } from '@blind-demod/experiment';

/** An experiment on 16×16 images with networks of 4 maps, with these settings of its distortion changed. */
export function smallExperiment(training: object = {}, network: object = {}): LoadedExperiment {
  const experiment = experimentSchema.parse({
    imageSize: 16,
    distortion: {
      images: { source: 'gaussian', count: 64 },
      network: { latentDimension: 6, generatorMaps: 4, discriminatorMaps: 4, ...network },
      training: { epochs: 2, batchSize: 8, checkpointEvery: 5, ...training },
    },
  });
  return { name: 'small', file: 'small.json', root: '/', experiment };
}

/** Bumps of light of random place, as images to train on. */
export function smallImages(count = 40): FactorImages {
  const random = randomStream(1, 'test images');
  const set = (size: number) => {
    const pixels = new Float32Array(size * 256);
    for (let image = 0; image < size; image++) {
      const [u, v] = [16 * random.uniform(), 16 * random.uniform()];
      for (let p = 0; p < 256; p++) {
        pixels[image * 256 + p] = Math.exp(-(((p % 16) - u) ** 2 + (Math.floor(p / 16) - v) ** 2) / 40);
      }
    }
    return { pixels: float32([size, 1, 16, 16], pixels), labels: new Int32Array(size) };
  };
  return { train: set(count), test: set(8) };
}
