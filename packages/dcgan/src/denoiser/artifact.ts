// The folder that a denoiser is kept in.
import { join } from 'node:path';
import { type ByFactor, encodeSafetensors } from '@blind-demod/arrays';
import { openArtifact, writeBeside } from '@blind-demod/artifacts';
import type { Denoiser } from '@blind-demod/demod-core';
import { tensorsOf } from '../parameters.js';
import { decodeDenoiser } from './decode.js';

export const DENOISER_KIND = 'denoiser';
export const DENOISER_FILE = 'denoiser.safetensors';

/** A denoiser, and what it was trained for. */
export interface TrainedDenoiser {
  readonly denoiser: Denoiser;
  readonly folder: string;
  /** Of its file. */
  readonly sha256: string;
  /** The sha256 of the generators whose recoveries it was trained on: it knows the mistakes of these. */
  readonly generators: ByFactor<string>;
}

/** What its artifact depends on. */
export interface DenoiserSource {
  readonly settings: { readonly generators: ByFactor<string> };
  readonly seed: number;
}

/** Keeps a denoiser, its weights in half precision; one of other settings that is there is moved beside. */
export const writeDenoiser = (
  folder: string,
  { drawnSize, layers }: Denoiser,
  source: DenoiserSource,
): Promise<void> =>
  writeBeside(folder, {
    ...{ kind: DENOISER_KIND, ...source },
    files: {
      [DENOISER_FILE]: encodeSafetensors(
        tensorsOf(layers),
        { drawnSize: `${drawnSize}` },
        { float32As: 'F16' },
      ),
    },
  });

/** The denoiser that was kept in a folder. @throws UserError, ending with `remedy`, when there is none, or it is damaged */
export async function loadDenoiser(folder: string, { remedy }: { remedy: string }): Promise<TrainedDenoiser> {
  const { manifest, read } = await openArtifact(folder, { kind: DENOISER_KIND, remedy });
  return {
    folder,
    denoiser: decodeDenoiser(await read(DENOISER_FILE), join(folder, DENOISER_FILE)),
    sha256: manifest.files[DENOISER_FILE]!.sha256,
    generators: (manifest.settings as DenoiserSource['settings']).generators,
  };
}
