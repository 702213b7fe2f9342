// A denoiser from the bytes of its file.
import { decodeSafetensors, UserError } from '@blind-demod/arrays';
import type { Denoiser } from '@blind-demod/demod-core';
import { layersIn } from '../parameters.js';

/** @param file what a message calls it. @throws UserError when it holds no network */
export function decodeDenoiser(bytes: Uint8Array, file: string): Denoiser {
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  const drawnSize = Number(metadata.drawnSize);
  if (!Number.isInteger(drawnSize) || drawnSize < 1)
    throw new UserError(`${file} does not say what size it draws`);
  return { drawnSize, layers: layersIn(tensors, file) as Denoiser['layers'] };
}
