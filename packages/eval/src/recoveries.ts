// The solver's results, kept on disk batch by batch, so that an evaluation that was stopped goes on.
import { join } from 'node:path';
import {
  artifactIsCurrent,
  decodeSafetensors,
  encodeSafetensors,
  type Factor,
  type Float32NdArray,
  openArtifact,
  writeArtifact,
} from '@blind-demod/experiment';
import type { Batch } from './batches.js';

/** What the solver found for n pairs: both factors, as the generators give them, are [n, channels, size, size]. */
export interface Recovery extends Readonly<Record<Factor, Float32NdArray>> {
  /** [n], where the start that was kept ended. */
  readonly objective: Float32NdArray;
  /** [n, restarts], where every start's search ended, before a polish. */
  readonly restartObjectives: Float32NdArray;
  /** [n, iterations], before each iteration of the start that was kept. */
  readonly trace: Float32NdArray;
  /** [n], in [0, 1]: how much the solver trusts what it found. */
  readonly confidence: Float32NdArray;
}

export interface Recoveries {
  /** Whether the batch was solved with the same settings, and its file is undamaged. */
  has(batch: Batch): Promise<boolean>;
  /** @throws UserError when it cannot be written */
  keep(batch: Batch, recovery: Recovery): Promise<void>;
  /** @throws UserError when it is not there, or damaged */
  read(batch: Batch): Promise<Recovery>;
}

const KIND = 'recovery';
const FILE = 'recovery.safetensors';
/** Counted up when the file's tensors change, so that older files are not taken for current ones. */
const FORMAT = 3;

/** The recoveries in `folder` that were made with these settings: everything they depend on but for their pairs. */
export function recoveriesIn(folder: string, settings: object, seed: number): Recoveries {
  const folderOf = ({ index }: Batch) => join(folder, String(index).padStart(4, '0'));
  const describe = ({ first, pairs }: Batch) => ({
    kind: KIND,
    settings: { ...settings, first, pairs, format: FORMAT },
  });
  return {
    has: batch => artifactIsCurrent(folderOf(batch), describe(batch)),
    keep: (batch, recovery) =>
      writeArtifact(folderOf(batch), {
        ...describe(batch),
        seed,
        files: { [FILE]: encodeSafetensors({ ...recovery }) },
      }),
    read: async batch => {
      const remedy = 'run the evaluation again';
      const artifact = await openArtifact(folderOf(batch), { ...describe(batch), remedy });
      const { tensors } = decodeSafetensors(await artifact.read(FILE), join(folderOf(batch), FILE));
      return tensors as unknown as Recovery;
    },
  };
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
