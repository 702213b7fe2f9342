// Snapshots: the generator as it was after some of the epochs. The one that represents images best is kept.

import { join } from 'node:path';
import { type Float32NdArray, quantile, sha256, takeRows, UserError } from '@blind-demod/arrays';
import { hashOf, openArtifact, readIfThere, writeFileAtomic } from '@blind-demod/artifacts';
import type { FactorImages } from '@blind-demod/distortion-data';
import { z } from 'zod';
import { decodeGenerator, encodeGenerator, type Generator } from './generator.js';
import { GENERATOR_KIND } from './load.js';
import type { TrainingSettings } from './objectives/index.js';

/** The file of a generator's artifact that tells of its snapshots. */
export const REPRESENTATION_FILE = 'representation.json';

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

/** A snapshot that the training made is not there any more. */
export class SnapshotGoneError extends UserError {}

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

/**
 * The best of a run's snapshots. Scores are kept beside them, so that a run that is killed does not score twice.
 *
 * @throws SnapshotGoneError if one is not there; UserError if one is damaged.
 */
export async function chooseSnapshot(
  training: TrainingSettings,
  { folder, images, score, title }: { folder: string; images: FactorImages; score: Score; title: string },
): Promise<{ generator: Generator; representation: RepresentationByEpoch }> {
  const read = async (epoch: number) => {
    const file = fileOf(folder, epoch, 'safetensors');
    const bytes = await readIfThere(file);
    if (bytes === undefined) throw new SnapshotGoneError(`${file} is gone`);
    return { generator: decodeGenerator(bytes, file), sha256: sha256(bytes) };
  };
  const errorsOn = async (part: 'train' | 'test', epoch: number): Promise<Errors> => {
    const file = fileOf(folder, epoch, `${part}.json`);
    const { generator, sha256 } = await read(epoch);
    const kept = keptScore(await readIfThere(file), { snapshot: sha256, images: countOf(part, images) });
    if (kept !== undefined) return kept;
    const errors = await scoreOn(part, generator, { images, score, title: `${title}, epoch ${epoch}` });
    await writeFileAtomic(file, scoreFile(errors, sha256));
    return errors;
  };

  const scores: RepresentationByEpoch['training'][number][] = [];
  for (let epoch = 1; epoch <= training.epochs; epoch++) {
    if (isSnapshot(epoch, training)) scores.push({ epoch, ...(await errorsOn('train', epoch)) });
  }
  const { epoch } = scores.reduce((best, other) => (other.median < best.median ? other : best));
  return {
    generator: (await read(epoch)).generator,
    representation: { epoch, heldOut: await errorsOn('test', epoch), training: scores },
  };
}

/** How many images are scored. */
const countOf = (part: 'train' | 'test', images: FactorImages): number =>
  Math.min(IMAGES[part], images[part].pixels.shape[0]!);

/** The representation errors of some of a factor's images, which are in random order. */
export async function scoreOn<G>(
  part: 'train' | 'test',
  generator: G,
  { images, score, title }: { images: FactorImages; score: Score<G>; title: string },
): Promise<Errors> {
  const count = countOf(part, images);
  const sample = takeRows(images[part].pixels, [...Array(count).keys()]);
  const about = `${title}, ${part === 'train' ? 'training' : 'held-out'} images`;
  const relative = [...(await score(generator, sample, about))];
  return { images: count, median: quantile(relative, 0.5), percentile90: quantile(relative, 0.9) };
}

/** How well the generator in a folder represents images, if that was measured when it was trained, and is undamaged. */
export async function representationIn(folder: string): Promise<RepresentationByEpoch | undefined> {
  const artifact = await openArtifact(folder, { kind: GENERATOR_KIND, remedy: '' }).catch(() => undefined);
  const file = await artifact?.read(REPRESENTATION_FILE).catch(() => undefined);
  return file && JSON.parse(new TextDecoder().decode(file));
}

const errorsSchema = z.strictObject({ images: z.int(), median: z.number(), percentile90: z.number() });
const scoreSchema = z.strictObject({ errors: errorsSchema, snapshot: z.string(), sha256: z.string() });

/** A score with the hash of the snapshot that it is of, and one of it all. */
function scoreFile(errors: Errors, snapshot: string): string {
  const content = { errors, snapshot };
  return JSON.stringify({ ...content, sha256: hashOf(content) });
}

/** The score in a file; undefined where there is none, it is damaged, or of something else. */
export function keptScore(
  bytes: Buffer | undefined,
  of: { snapshot: string; images: number },
): Errors | undefined {
  try {
    const { sha256, ...content } = scoreSchema.parse(JSON.parse(bytes?.toString() ?? ''));
    const isKept =
      sha256 === hashOf(content) && content.snapshot === of.snapshot && content.errors.images === of.images;
    return isKept ? content.errors : undefined;
  } catch {
    return undefined;
  }
}
