// The work of demod data: the images of both factors, made.
import { FACTORS, type Factor } from '@blind-demod/arrays';
import { prepareImages } from '@blind-demod/distortion-data';
import { loadExperiment } from '@blind-demod/experiment';
import { foldersOf } from '../folders.js';
import type { ArtifactsArguments } from '../options.js';
import { printResult } from '../output.js';

export async function run(args: ArtifactsArguments): Promise<void> {
  const loaded = await loadExperiment(args.config, args.seed);
  const made: { factor: Factor; train: number; test: number; folder: string }[] = [];
  for (const factor of FACTORS) {
    const folder = foldersOf(args.out, loaded.name).images(factor);
    const { train, test } = await prepareImages(loaded, factor, folder);
    made.push({ factor, train: train.labels.length, test: test.labels.length, folder });
  }
  printResult(
    args,
    { images: made },
    made.map(
      ({ factor, train, test, folder }) =>
        `${factor}: ${train} training and ${test} test images in ${folder}`,
    ),
  );
}
