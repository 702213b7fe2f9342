// From the settings of a factor to its training and test images, made once and kept.

import { createHash } from 'node:crypto';
import {
  checkMemory,
  decodeSafetensors,
  encodeSafetensors,
  type Factor,
  type Float32NdArray,
  float32,
  type NdArray,
  randomStream,
  takeRows,
  UserError,
} from '@blind-demod/arrays';
import {
  artifactIsCurrent,
  inTurn,
  type Loaded,
  openArtifact,
  startProgress,
  writeBeside,
} from '@blind-demod/artifacts';
import { contactSheet } from '@blind-demod/picture';
import sharp from 'sharp';
import { contentOf } from './content.js';
import type { Family, FamilyImages } from './families/family.js';
import { FAMILIES, type FamilyName, type ImageSettings } from './families/index.js';
import { resizeImages } from './resize.js';
import type { DataSettings } from './settings.js';
import { stratifiedSample, stratifiedSplit } from './split.js';

const KIND = 'images';
const IMAGES_FILE = 'images.safetensors';
const PARTS = ['train', 'test'] as const;
const SHEET_IMAGES = 100;
const SHEET_COLUMNS = 10;

export interface ImageSet {
  /** [count, channels, size, size], values in [0, 1], in random order. */
  readonly pixels: Float32NdArray;
  /** [count] the stratum of each image: a digit's class, a Gaussian distortion's block of the (c, σ) plane. */
  readonly labels: Int32Array;
  /** [count, 2] of Gaussian distortions: (center, width). */
  readonly parameters?: Float32NdArray;
}

export interface FactorImages {
  readonly train: ImageSet;
  readonly test: ImageSet;
}

/** Everything that the images of a factor depend on: of a folder of files what is in them, not where it is. */
export function dataSettings(
  { seed, imageSize, channels, split, ...factors }: DataSettings,
  factor: Factor,
): object {
  const given: ImageSettings & { readonly folder?: string } = factors[factor].images;
  const { folder: _, ...located } = given;
  const images = 'sources' in FAMILIES[given.source] ? located : given;
  return { seed, imageSize, channels, split, images };
}

/**
 * The images of a factor, resized and divided into training and test images. They are kept in `folder`, with a
 * contact sheet to look at, and made only when they are not there or were made with other settings.
 *
 * @throws UserError when the images cannot be read or are too few, or the folder cannot be written.
 */
export async function prepareImages(
  loaded: Loaded<DataSettings>,
  factor: Factor,
  folder: string,
): Promise<FactorImages> {
  const settings = dataSettings(loaded.experiment, factor);
  const isCurrent = () => artifactIsCurrent(folder, { kind: KIND, settings });
  const make = async () => {
    if (await isCurrent()) return;
    const { train, test } = await makeImages(loaded, factor);
    await writeBeside(folder, {
      kind: KIND,
      settings,
      seed: loaded.experiment.seed,
      versions: { sharp: sharp.versions.sharp ?? '', libvips: sharp.versions.vips },
      files: {
        [IMAGES_FILE]: encodeSafetensors({ ...named('train', train), ...named('test', test) }),
        'contact-sheet.png': await sampleSheet(train.pixels, loaded.experiment.seed),
      },
    });
  };
  // Whoever comes meanwhile waits, and finds them.
  const work = `making the images of the ${factor}`;
  const onWait = (owner: string) => process.stderr.write(`waiting: ${owner} (${folder})\n`);
  if (!(await isCurrent())) await inTurn(folder, { work, onWait }, make);
  return readImages(folder, settings);
}

async function makeImages(
  { experiment, file, root }: Loaded<DataSettings>,
  factor: Factor,
): Promise<FactorImages> {
  const {
    seed,
    imageSize,
    channels,
    split: { testFraction },
  } = experiment;
  const settings = experiment[factor].images;
  const all = await familyImages(settings, { root, seed });
  const { content }: ImageSettings & { readonly content?: string } = settings;
  if (content !== undefined && (await contentOf(settings, root)) !== content) {
    throw new UserError(`${file}: the files of "${factor}.images" changed while they were read; try again`);
  }
  const available = all.labels.length;
  const count = settings.count ?? available;
  if (count > available) {
    throw new UserError(
      `${file}: "${factor}.images.count": ${count} images wanted, but there are ${available}`,
    );
  }
  // The two parts, and the file that they are written to.
  checkMemory(2 * 4 * count * channels * imageSize ** 2, `making ${count} images of the ${factor}`);
  const images = choose(all, stratifiedSample(all.labels, count, seed));
  const prints = fingerprints(images.pixels);
  const split = stratifiedSplit({ labels: images.labels, fingerprints: prints }, testFraction, seed);
  const empty = PARTS.find(part => split[part].length === 0);
  if (empty !== undefined) {
    const distinct = new Set(prints).size;
    const why =
      distinct < count
        ? `of ${count} images only ${distinct} are different, and copies are not held out from training; use more different images`
        : `${count} images, "split.testFraction" ${testFraction}; use more images or another fraction`;
    throw new UserError(`${file}: no ${empty} images of the ${factor} are left: ${why}`);
  }
  const progress = startProgress({ title: `${factor} images`, total: count });
  try {
    const make = async (part: keyof typeof split, before: number): Promise<ImageSet> => {
      const chosen = choose(images, split[part]);
      const resized = await resizeImages(chosen.pixels, imageSize, done => progress.update(before + done));
      return { ...chosen, pixels: repeatChannel(resized, channels) };
    };
    return { train: await make('train', 0), test: await make('test', split.train.length) };
  } finally {
    progress.stop();
  }
}

/** All images of the family that the settings name. */
function familyImages<Name extends FamilyName>(
  settings: ImageSettings<Name> & { readonly source: Name },
  from: { root: string; seed: number },
): FamilyImages | Promise<FamilyImages> {
  const families: { [N in FamilyName]: Family<ImageSettings<N>> } = FAMILIES;
  return families[settings.source].images(settings, from);
}

function choose({ pixels, labels, parameters }: FamilyImages, indices: Int32Array): FamilyImages {
  return {
    pixels: takeRows(pixels, indices),
    labels: indices.map(index => labels[index]!),
    ...(parameters && { parameters: takeRows(parameters, indices) }),
  };
}

/** One hash per image: equal images, equal hashes. */
function fingerprints({ shape, data }: Float32NdArray): string[] {
  const length = data.length / shape[0]!;
  return Array.from({ length: shape[0]! }, (_, image) =>
    createHash('sha256')
      .update(data.subarray(image * length, (image + 1) * length))
      .digest('base64'),
  );
}

/** Grey images [count, 1, size, size] as images of so many equal channels. */
function repeatChannel(grey: Float32NdArray, channels: number): Float32NdArray {
  if (channels === 1) return grey;
  const [count = 0, , height = 0, width = 0] = grey.shape;
  const length = height * width;
  const data = new Float32Array(grey.data.length * channels);
  for (let plane = 0; plane < count * channels; plane++) {
    const image = Math.floor(plane / channels);
    data.set(grey.data.subarray(image * length, (image + 1) * length), plane * length);
  }
  return float32([count, channels, height, width], data);
}

function sampleSheet(pixels: Float32NdArray, seed: number): Promise<Uint8Array> {
  const chosen = randomStream(seed, 'contact sheet').permutation(pixels.shape[0]!).subarray(0, SHEET_IMAGES);
  return contactSheet(takeRows(pixels, chosen), SHEET_COLUMNS);
}

function named(part: string, { pixels, labels, parameters }: ImageSet): Record<string, NdArray> {
  return {
    [`${part}.pixels`]: pixels,
    [`${part}.labels`]: { dtype: 'int32', shape: [labels.length], data: labels },
    ...(parameters && { [`${part}.parameters`]: parameters }),
  };
}

async function readImages(folder: string, settings: object): Promise<FactorImages> {
  const remedy = 'delete the folder and try again';
  const artifact = await openArtifact(folder, { kind: KIND, settings, remedy });
  const { tensors } = decodeSafetensors(await artifact.read(IMAGES_FILE), `${folder}/${IMAGES_FILE}`);
  const set = (part: (typeof PARTS)[number]): ImageSet => {
    const parameters = tensors[`${part}.parameters`] as Float32NdArray | undefined;
    return {
      pixels: tensors[`${part}.pixels`] as Float32NdArray,
      labels: tensors[`${part}.labels`]!.data as Int32Array,
      ...(parameters && { parameters }),
    };
  };
  return { train: set('train'), test: set('test') };
}
