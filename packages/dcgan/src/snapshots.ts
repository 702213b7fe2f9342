// Snapshots: the generator as it was after some of the epochs. The one that represents images best is kept.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Float32NdArray, quantile, takeRows, UserError } from '@blind-demod/arrays';
import { writeFileAtomic } from '@blind-demod/artifacts';
import type { FactorImages } from '@blind-demod/distortion-data';
import { decodeGenerator, encodeGenerator, type Generator } from './generator.js';
import type { TrainingSettings } from './objectives/index.js';

/** Training images on which snapshots are judged, and held-out ones on which the chosen one is scored. */
const IMAGES = { train: 32, test: 128 };

/**
 * The representation error of each image [n], ‖G(z) − x‖ / ‖x‖ for the best code z that a search finds. `title` is for
 * its progress.
 */
export type Score<G = Generator> = (
  generator: G,
  images: Float32NdArray,
  title: string,
) => Promise<Float32Array>;

/** Of representation errors. */
export interface Errors {
  readonly images: number;
  readonly median: number;
  readonly percentile90: number;
}

/** How well the snapshots represent images. */
export interface RepresentationByEpoch {
  /** The epoch of the snapshot that was chosen: of least median error on training images. */
  readonly epoch: number;
  /** Its errors on images that it was neither trained nor chosen on. */
  readonly heldOut: Errors;
  /** Each snapshot's errors on the same training images. */
  readonly training: readonly (Errors & { readonly epoch: number })[];
}

/** Whether a snapshot is kept after this epoch. */
export const isSnapshot = (epoch: number, { snapshotEvery, epochs }: TrainingSettings): boolean =>
  epoch % snapshotEvery === 0 || epoch === epochs;

/** Where the snapshots of a run are kept until it is over. */
export const snapshotFolder = (folder: string): string => join(folder, 'snapshots');

const fileOf = (folder: string, epoch: number, extension: string): string =>
  join(snapshotFolder(folder), `epoch-${String(epoch).padStart(3, '0')}.${extension}`);

/** @throws RangeError if the weights are beyond half precision. */
export async function writeSnapshot(folder: string, epoch: number, generator: Generator): Promise<void> {
  await writeFileAtomic(fileOf(folder, epoch, 'safetensors'), encodeGenerator(generator));
}

/** The best of a run's snapshots. Scores are kept beside them, so that a run that is killed does not score twice. */
export async function chooseSnapshot(
  training: TrainingSettings,
  { folder, images, score, title }: { folder: string; images: FactorImages; score: Score; title: string },
): Promise<{ generator: Generator; representation: RepresentationByEpoch }> {
  const read = async (epoch: number) => {
    const file = fileOf(folder, epoch, 'safetensors');
    const bytes = await readIfThere(file);
    if (bytes === undefined) throw new UserError(`${file} is gone; delete ${folder} to start training over`);
    return decodeGenerator(bytes, file);
  };
  const errorsOn = async (part: 'train' | 'test', epoch: number): Promise<Errors> => {
    const file = fileOf(folder, epoch, `${part}.json`);
    const scored = await readIfThere(file);
    if (scored !== undefined) return JSON.parse(scored.toString()) as Errors;
    const errors = await scoreOn(part, await read(epoch), {
      images,
      score,
      title: `${title}, epoch ${epoch}`,
    });
    await writeFileAtomic(file, JSON.stringify(errors));
    return errors;
  };

  const scores: RepresentationByEpoch['training'][number][] = [];
  for (let epoch = 1; epoch <= training.epochs; epoch++) {
    if (isSnapshot(epoch, training)) scores.push({ epoch, ...(await errorsOn('train', epoch)) });
  }
  const { epoch } = scores.reduce((best, other) => (other.median < best.median ? other : best));
  return {
    generator: await read(epoch),
    representation: { epoch, heldOut: await errorsOn('test', epoch), training: scores },
  };
}

/** The representation errors of some of a factor's images, which are in random order. */
export async function scoreOn<G>(
  part: 'train' | 'test',
  generator: G,
  { images, score, title }: { images: FactorImages; score: Score<G>; title: string },
): Promise<Errors> {
  const { pixels } = images[part];
  const count = Math.min(IMAGES[part], pixels.shape[0]!);
  const sample = takeRows(pixels, [...Array(count).keys()]);
  const about = `${title}, ${part === 'train' ? 'training' : 'held-out'} images`;
  const relative = [...(await score(generator, sample, about))];
  return { images: count, median: quantile(relative, 0.5), percentile90: quantile(relative, 0.9) };
}

/** How well the generator in a folder represents images, if that was measured when it was trained. */
export async function representationIn(folder: string): Promise<RepresentationByEpoch | undefined> {
  const file = await readIfThere(join(folder, 'representation.json'));
  return file && JSON.parse(file.toString());
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
