// A denoiser from the bytes of its file.
import { decodeSafetensors, UserError } from '@blind-demod/arrays';
import type { Denoiser } from '@blind-demod/demod-core';
import { layersIn } from '../parameters.js';

/**
 * Reads the weights file of a trained denoiser, `denoiser.safetensors`.
 *
 * @param where what to call it in errors: its path or address.
 * @throws UserError naming `where` if the file is damaged or holds something else.
 * @example
 * import { readFile } from 'node:fs/promises';
 * import { decodeDenoiser } from 'blind-demod';
 *
 * const file = 'denoiser/denoiser.safetensors';
 * const denoiser = decodeDenoiser(await readFile(file), file); // for recover
 * console.log(denoiser.drawnSize, denoiser.layers.length); // 28 7
 */
export function decodeDenoiser(bytes: Uint8Array, where: string): Denoiser {
  const { tensors, metadata } = decodeSafetensors(bytes, where);
  const drawnSize = Number(metadata.drawnSize);
  if (!Number.isInteger(drawnSize) || drawnSize < 1)
    throw new UserError(`${where} does not say what size it draws`);
  return { drawnSize, layers: layersIn(tensors, where) as Denoiser['layers'] };
}
