// Which generators an experiment uses: those trained here, else those it came with.

import { access } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { type Factor, UserError } from '@blind-demod/arrays';
import { hashOf, openArtifact, waitFor } from '@blind-demod/artifacts';
import type { Generator } from '@blind-demod/dcgan';
import { GENERATOR_KIND, loadGenerator, trainingSettings } from '@blind-demod/dcgan/node';
import type { LoadedExperiment } from '@blind-demod/experiment';
import { foldersOf } from './folders.js';
import { ARTIFACTS } from './options.js';

export interface FoundGenerators {
  readonly generators: Readonly<Record<Factor, Generator>>;
  /** The folder that each was read from. */
  readonly folders: Readonly<Record<Factor, string>>;
}

/**
 * The generators of both factors. One that was trained under the artifact root with the experiment's settings
 * comes before the experiment's pretrained one; a training that was not finished counts as none.
 *
 * @throws UserError, saying how to train, when there is none, or the one to use is damaged or was trained with
 * other settings.
 */
export async function findGenerators(loaded: LoadedExperiment, out: string): Promise<FoundGenerators> {
  const folders = {
    signal: await awaitedFolder(loaded, 'signal', out),
    distortion: await awaitedFolder(loaded, 'distortion', out),
  };
  const load = (factor: Factor) =>
    loadGenerator(folders[factor], {
      settings: trainingSettings(loaded.experiment, factor),
      remedy: howToTrain(loaded, out),
    });
  return { generators: { signal: await load('signal'), distortion: await load('distortion') }, folders };
}

/** The folder of the generator to use; where there is none yet but one is being trained, when that is done. */
async function awaitedFolder(loaded: LoadedExperiment, factor: Factor, out: string): Promise<string> {
  try {
    return await generatorFolder(loaded, factor, out);
  } catch (error) {
    const trained = foldersOf(out, loaded.name).generator(factor);
    const waited = await waitFor(trained, owner => process.stderr.write(`waiting: ${owner} (${trained})\n`));
    if (!waited) throw error;
    return generatorFolder(loaded, factor, out);
  }
}

/**
 * The folder of the generator to use, whose weights may still turn out damaged.
 *
 * @throws UserError when there is none, or the one to use was trained with other settings.
 */
export async function generatorFolder(
  loaded: LoadedExperiment,
  factor: Factor,
  out: string,
): Promise<string> {
  const { experiment, file, root, name } = loaded;
  const remedy = howToTrain(loaded, out);
  const trained = foldersOf(out, name).generator(factor);
  const pretrained =
    experiment.pretrained && relative(process.cwd(), join(resolve(root, experiment.pretrained), factor));

  const settings = trainingSettings(experiment, factor);
  const checked = async (folder: string) => {
    await openArtifact(folder, { kind: GENERATOR_KIND, settings, remedy });
    return folder;
  };

  if (await isComplete(trained)) {
    if (!pretrained) return checked(trained);
    const { manifest } = await openArtifact(trained, { kind: GENERATOR_KIND, remedy });
    if (manifest.settingsHash === hashOf(settings)) return trained;
  }
  if (pretrained && (await isComplete(pretrained))) return checked(pretrained);
  const places = [trained, pretrained].filter(Boolean).join(' and ');
  throw new UserError(`no trained generators for ${file} (looked in ${places}); ${remedy}`);
}

/** The manifest is the last file of an artifact to be written. */
async function isComplete(folder: string): Promise<boolean> {
  return access(join(folder, 'manifest.json')).then(
    () => true,
    () => false,
  );
}

function howToTrain({ file }: LoadedExperiment, out: string): string {
  return `run \`npx demod train --config ${file}${out === ARTIFACTS ? '' : ` --out ${out}`}\``;
}
