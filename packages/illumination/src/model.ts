// The encoder that comes with the project, and the files that its weights are kept in.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSafetensors, encodeSafetensors, type NdArray, UserError } from '@blind-demod/arrays';
import { openArtifact, writeArtifact } from '@blind-demod/artifacts';
import { layersIn, type Parameters, tensorsOf } from '@blind-demod/dcgan';
import { shipped } from '@blind-demod/shipped';
import { type Encoder, openEncoder } from './ask.js';

const KIND = 'illumination';
const WEIGHTS = 'encoder.safetensors';
export const SHIPPED = shipped('models', 'illumination');

/** Keeps an encoder, its weights in half precision. */
export async function writeEncoder(
  folder: string,
  parameters: Parameters<NdArray>,
  { settings, seed }: { settings: object; seed: number },
): Promise<void> {
  await writeArtifact(folder, {
    ...{ kind: KIND, settings, seed },
    files: { [WEIGHTS]: encodeSafetensors(tensorsOf(parameters), {}, { float32As: 'F16' }) },
  });
}

/** The encoder that was kept. @throws UserError when there is none, or it is damaged */
export async function readEncoder(
  folder: string,
  remedy = 'get the folder anew from the repository',
): Promise<Parameters<NdArray>> {
  const artifact = await openArtifact(folder, { kind: KIND, remedy });
  const file = join(folder, WEIGHTS);
  return layersIn(decodeSafetensors(await artifact.read(WEIGHTS), file).tensors, file);
}

/** The encoder of a specimen. @throws UserError when there is none, or it is damaged */
export async function priorEncoder(folder: string): Promise<Encoder> {
  const remedy = 'make it by demod train --pictures';
  if (!existsSync(join(folder, WEIGHTS))) throw new UserError(`no prior in ${folder}; ${remedy}`);
  return openEncoder(await readEncoder(folder, remedy));
}

/** The encoder that comes with the project. */
export const shippedEncoder = async (): Promise<Encoder> => openEncoder(await readEncoder(SHIPPED));
