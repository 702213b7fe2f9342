// What a command may not replace: files that it did not write from the same inputs.
import { readFile } from 'node:fs/promises';
import { UserError } from '@blind-demod/arrays';
import { foreignFile, openArtifact } from '@blind-demod/artifacts';
import { ENCODER_FILE, ENCODER_KIND, foreignTraining, GENERATOR_KIND } from '@blind-demod/dcgan/node';

/** What to do where a generator of other settings is in the way. */
const INSTEAD = 'keep it by another name of the config or another --out, or replace it with --force';

/** What a folder is to hold: an artifact of this kind, made with these settings. */
interface Content {
  readonly kind: string;
  readonly settings: object;
}

/**
 * @throws UserError when a training with these settings would replace something in the folder: a finished generator of other
 * settings (where they differ), a checkpoint of others, or a file from elsewhere.
 */
export async function refuseOtherTraining(folder: string, settings: object): Promise<void> {
  const generator = { kind: GENERATOR_KIND, remedy: INSTEAD };
  const finished = await openArtifact(folder, generator).catch(() => undefined);
  if (finished !== undefined) await openArtifact(folder, { ...generator, settings });
  const foreign = await foreignTraining(folder, settings);
  if (foreign) throw notOfThis(foreign);
}

/** @throws UserError when the training of an encoder with these settings would replace something in the folder. */
export async function refuseOtherEncoder(folder: string, settings: object): Promise<void> {
  const foreign = await foreignFile(folder, { kind: ENCODER_KIND, settings, names: [ENCODER_FILE] });
  if (foreign) throw notOfThis(foreign);
}

const notOfThis = (foreign: string): UserError =>
  new UserError(`${foreign} is there, and not of this training; ${INSTEAD}`);

/** @throws UserError when one of the files is there, and not from a run with the same settings. */
export async function refuseFiles(folder: string, names: readonly string[], content: Content): Promise<void> {
  const foreign = await foreignFile(folder, { ...content, names });
  if (foreign !== undefined) throw standsThere(foreign, 'not from this picture with these settings');
}

/** @throws UserError when the file is there, with another content. */
export async function refuseOtherContent(file: string, content: Uint8Array): Promise<void> {
  const before = await readFile(file).catch(() => undefined);
  if (before !== undefined && !before.equals(content)) throw standsThere(file, 'with another content');
}

const standsThere = (file: string, how: string): UserError =>
  new UserError(`${file} is there, and ${how}; choose another folder with --out, or replace it with --force`);
