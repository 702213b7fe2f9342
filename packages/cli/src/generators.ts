// Which generators an experiment uses: the ONNX models that it names, those trained here, else those it came with.

import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { type ByFactor, type Factor, UserError } from '@blind-demod/arrays';
import { hashOf, openArtifact, waitFor } from '@blind-demod/artifacts';
import type { AnyGenerator, Generators, TrainedEncoder } from '@blind-demod/dcgan';
import {
  ENCODER_KIND,
  encoderSettings,
  GENERATOR_KIND,
  loadEncoder,
  loadGenerator,
  loadOnnxGenerator,
  trainingSettings,
} from '@blind-demod/dcgan/node';
import { FAMILIES } from '@blind-demod/distortion-data';
import type { Experiment, LoadedExperiment } from '@blind-demod/experiment';
import type { Device } from '@blind-demod/jit';
import { foldersOf } from './folders.js';
import { ARTIFACTS } from './options.js';

export interface FoundGenerators {
  readonly generators: Generators;
  /** The folder that each was read from, or the file of an ONNX model. */
  readonly folders: ByFactor<string>;
}

/**
 * The generators of both factors, and their encoder where the solver's starts are learned.
 *
 * @throws UserError like `findPair`, and when there is no encoder of these generators.
 */
export async function findGenerators(
  loaded: LoadedExperiment,
  where: { out: string; device: Device },
): Promise<FoundGenerators> {
  const { generators, folders } = await findPair(loaded, where);
  if (loaded.experiment.solver.starts === undefined) return { generators, folders };
  return { generators: { ...generators, encoder: await findEncoder(loaded, generators, where) }, folders };
}

/** The encoder of these generators that was trained under the artifact root, else the one that they came with. */
export async function findEncoder(
  loaded: LoadedExperiment,
  generators: ByFactor<AnyGenerator>,
  { out }: { out: string },
): Promise<TrainedEncoder> {
  const { experiment, file } = loaded;
  const settings = encoderSettings(experiment, generators);
  const places = placesOf(loaded, 'encoder', out);
  const remedy = howToTrain(loaded, out);
  for (const folder of places) {
    if (!isComplete(folder)) continue;
    const wanted = { kind: ENCODER_KIND, settings, remedy };
    const fits = await openArtifact(folder, wanted).then(
      () => true,
      () => false,
    );
    if (fits || folder === places.at(-1)) return loadEncoder(folder, { generators, settings, remedy });
  }
  throw new UserError(
    `no encoder of these generators for ${file} (looked in ${places.join(' and ')}); ${remedy}`,
  );
}

/**
 * The generators of both factors. An ONNX model that the experiment names is tried on the device. Without one, a
 * generator that was trained under the artifact root with the experiment's settings comes before the experiment's
 * pretrained one; a training that was not finished counts as none.
 *
 * @throws UserError, saying how to train, when there is none, or the one to use is damaged or was trained with
 * other settings; when an ONNX model is no generator, or its images are not the experiment's.
 */
export async function findPair(
  loaded: LoadedExperiment,
  { out, device }: { out: string; device: Device },
): Promise<FoundGenerators> {
  const folders = {
    signal: await awaitedFolder(loaded, 'signal', out),
    distortion: await awaitedFolder(loaded, 'distortion', out),
  };
  const load = async (factor: Factor): Promise<AnyGenerator> => {
    if (loaded.experiment[factor].generator) return loadModel(loaded, factor, folders[factor], device);
    return loadGenerator(folders[factor], {
      settings: await wantedSettings(loaded, factor, folders[factor]),
      remedy: howToMend(loaded, folders[factor], { factor, out }),
    });
  };
  return { generators: { signal: await load('signal'), distortion: await load('distortion') }, folders };
}

/**
 * The generators that the experiment names for the paper's solver; undefined where it names none.
 *
 * @throws UserError when they are not there, or damaged, or of other images than the experiment's.
 */
export async function findPaperGenerators({
  experiment,
  file,
  root,
}: LoadedExperiment): Promise<ByFactor<AnyGenerator> | undefined> {
  const { paperGenerators, channels, imageSize } = experiment;
  if (paperGenerators === undefined) return undefined;
  const load = async (factor: Factor) => {
    const folder = relative(process.cwd(), join(resolve(root, paperGenerators), factor));
    const generator = await loadGenerator(folder, { remedy: `see "paperGenerators" in ${file}` });
    const { made, expected } = shapesOf(generator, { channels, imageSize });
    if (made === expected) return generator;
    throw new UserError(
      `${file}: "paperGenerators": the images of ${folder} are ${made} (channels, height, width), and those of the experiment ${expected}`,
    );
  };
  return { signal: await load('signal'), distortion: await load('distortion') };
}

/**
 * The generator of a factor's ONNX model, tried on the device.
 *
 * @throws UserError when it is no generator, or its images are not the experiment's.
 */
export async function loadModel(
  { experiment, file }: LoadedExperiment,
  factor: Factor,
  model: string,
  device: Device,
): Promise<AnyGenerator> {
  const { channels, imageSize } = experiment;
  const { range } = experiment[factor].generator!;
  const generator = await loadOnnxGenerator(model, { range, device });
  const { made, expected } = shapesOf(generator, { channels, imageSize });
  if (made === expected) return generator;
  throw new UserError(
    `${model}: its images are ${made} (channels, height, width), and those of ${file} ${expected}; set "channels" and "imageSize" to the model's`,
  );
}

/** The shape of a generator's images, and that of the experiment's, as people write it. */
const shapesOf = (
  { imageShape }: AnyGenerator,
  { channels, imageSize }: Pick<Experiment, 'channels' | 'imageSize'>,
) => ({ made: imageShape.join('×'), expected: [channels, imageSize, imageSize].join('×') });

/** Waits while a generator is trained in the folder by another process, and says so. */
export const waitForTraining = (folder: string): Promise<boolean> =>
  waitFor(folder, owner => process.stderr.write(`waiting: ${owner} (${folder})\n`));

/** The folder of the generator to use; where there is none yet but one is being trained, when that is done. */
async function awaitedFolder(loaded: LoadedExperiment, factor: Factor, out: string): Promise<string> {
  try {
    return await generatorFolder(loaded, factor, out);
  } catch (error) {
    if (loaded.experiment[factor].generator) throw error;
    const trained = foldersOf(out, loaded.name).generator(factor);
    await waitForTraining(trained);
    return generatorFolder(loaded, factor, out); // once more: the training may have ended just now
  }
}

/**
 * The folder of the generator to use, or the file of its ONNX model; what is in it may still turn out damaged.
 *
 * @throws UserError when there is none, or the one to use was trained with other settings.
 */
export async function generatorFolder(
  loaded: LoadedExperiment,
  factor: Factor,
  out: string,
): Promise<string> {
  const { experiment, file, root, name } = loaded;
  const { generator } = experiment[factor];
  if (generator) {
    const model = relative(process.cwd(), resolve(root, generator.onnx));
    if (existsSync(model)) return model;
    throw new UserError(`${file}: "${factor}.generator.onnx": there is no ${model}`);
  }
  const remedy = howToTrain(loaded, out);
  const trained = foldersOf(out, name).generator(factor);
  const pretrained =
    experiment.pretrained && relative(process.cwd(), join(resolve(root, experiment.pretrained), factor));

  const checked = async (folder: string) => {
    await openArtifact(folder, { kind: GENERATOR_KIND, remedy: howToMend(loaded, folder, { factor, out }) });
    const settings = await wantedSettings(loaded, factor, folder);
    await openArtifact(folder, { kind: GENERATOR_KIND, settings, remedy });
    return folder;
  };

  if (isComplete(trained)) {
    if (!pretrained) return checked(trained);
    const { manifest } = await openArtifact(trained, { kind: GENERATOR_KIND, remedy });
    if (manifest.settingsHash === hashOf(await wantedSettings(loaded, factor, trained))) return trained;
  }
  if (pretrained && isComplete(pretrained)) return checked(pretrained);
  const places = [trained, pretrained].filter(Boolean).join(' and ');
  throw new UserError(`no trained generators for ${file} (looked in ${places}); ${remedy}`);
}

/** Whether the experiment came with a generator of this factor that was trained with its settings. */
export async function isPretrained(loaded: LoadedExperiment, factor: Factor): Promise<boolean> {
  const { pretrained } = loaded.experiment;
  if (pretrained === undefined) return false;
  const folder = join(resolve(loaded.root, pretrained), factor);
  const settings = await wantedSettings(loaded, factor, folder);
  return openArtifact(folder, { kind: GENERATOR_KIND, settings, remedy: '' }).then(
    () => true,
    () => false,
  );
}

/** What the generator in a folder must have been trained with: with any content of images whose files are not here. */
async function wantedSettings(
  { experiment }: LoadedExperiment,
  factor: Factor,
  folder: string,
): Promise<object> {
  const wanted = trainingSettings(experiment, factor) as WithContent;
  if (!('sources' in FAMILIES[experiment[factor].images.source]) || wanted.data.images.content) return wanted;
  const there = await openArtifact(folder, { kind: GENERATOR_KIND, remedy: '' }).catch(() => undefined);
  const { content } = (there?.manifest.settings as WithContent | undefined)?.data.images ?? {};
  return content === undefined
    ? wanted
    : { ...wanted, data: { ...wanted.data, images: { ...wanted.data.images, content } } };
}

interface WithContent {
  readonly data: { readonly images: { readonly content?: string } };
}

/** Where a network that goes with an experiment's generators may be: trained here, or come with the experiment. */
export function placesOf(
  { experiment: { pretrained }, root, name }: LoadedExperiment,
  network: 'encoder' | 'denoiser',
  out: string,
): string[] {
  const trained = foldersOf(out, name)[network];
  if (pretrained === undefined) return [trained];
  return [trained, relative(process.cwd(), join(resolve(root, pretrained), network))];
}

/** The manifest is the last file of an artifact to be written. */
export const isComplete = (folder: string): boolean => existsSync(join(folder, 'manifest.json'));

/** What to do about damage: train again what was trained here, fetch again what was not. */
export function howToMend(
  loaded: LoadedExperiment,
  folder: string,
  { factor, out }: { factor: Factor; out: string },
): string {
  const isTrained = folder === foldersOf(out, loaded.name).generator(factor);
  return isTrained
    ? howToTrain(loaded, out)
    : `it was not trained here: fetch it again (in a checkout: \`git checkout ${folder}\`)`;
}

function howToTrain({ file }: LoadedExperiment, out: string): string {
  return `run \`npx demod train --config ${file}${out === ARTIFACTS ? '' : ` --out ${out}`}\``;
}
