// The solver's results, kept on disk batch by batch, so that an evaluation that was stopped goes on.

import { join } from 'node:path';
import { decodeSafetensors, encodeSafetensors, type Factor, type Float32NdArray } from '@blind-demod/arrays';
import type { Batch } from './batches.js';
import { type Store, storeOf } from './store.js';

/** What the solver found for n pairs: both factors, before the refinement, are [n, channels, size, size]. */
export interface Recovery extends Readonly<Record<Factor, Float32NdArray>> {
  /** [n], where the start that was kept ended. */
  readonly objective: Float32NdArray;
  /** [n, restarts], where every start ended. */
  readonly restartObjectives: Float32NdArray;
  /** [n, iterations], before each iteration of the start that was kept. */
  readonly trace: Float32NdArray;
  /** [n], in [0, 1]: how much the solver trusts what it found. */
  readonly confidence: Float32NdArray;
}

/** Recoveries by batch. */
export type Recoveries = Store<Batch, Recovery>;

const KIND = 'recovery';
const FILE = 'recovery.safetensors';
/** Counted up when what is kept, or how it is found, changes, so that older files are not taken for current ones. */
const FORMAT = 4;

/** The recoveries in `folder` that were made with these settings: everything they depend on but for their pairs. */
export function recoveriesIn(folder: string, settings: object, seed: number): Recoveries {
  return storeOf({
    seed,
    kind: KIND,
    file: FILE,
    remedy: 'run the evaluation again',
    folderOf: ({ index }) => join(folder, String(index).padStart(4, '0')),
    settingsOf: ({ first, pairs }) => ({ ...settings, first, pairs, format: FORMAT }),
    encode: recovery => encodeSafetensors({ ...recovery }),
    decode: (bytes, path) => decodeSafetensors(bytes, path).tensors as unknown as Recovery,
  });
}

/** Several folders' recoveries as one: a batch is read where it is whole. */
export function anyOf(places: readonly Recoveries[]): Pick<Recoveries, 'has' | 'read'> {
  const placeOf = async (batch: Batch): Promise<Recoveries | undefined> => {
    for (const place of places) if (await place.has(batch)) return place;
    return undefined;
  };
  return {
    has: async batch => (await placeOf(batch)) !== undefined,
    read: async batch => ((await placeOf(batch)) ?? places[0]!).read(batch),
  };
}
