// Checkpoints: the whole state of a training run in one file, so that a killed run goes on to the same result.

import { decodeSafetensors, encodeSafetensors, float32, type NdArray, UserError } from '@blind-demod/arrays';
import { readIfThere, writeFileAtomic } from '@blind-demod/artifacts';
import { isNdArray, leaves, mapTree, type Tree } from '@blind-demod/jit';
import type { TrainingState } from './step.js';

/** Losses of every step so far. */
export type History = { companion: number; generator: number }[];

export interface Checkpoint {
  readonly state: TrainingState<NdArray>;
  readonly history: History;
  /** What computed, on which the last bits depend: more than one where a run was stopped and went on elsewhere. */
  readonly computers: readonly string[];
}

/** @param settingsHash what the run depends on; a run with other settings does not take the checkpoint up. */
export async function writeCheckpoint(
  file: string,
  { state, history, computers }: Checkpoint,
  settingsHash: string,
): Promise<void> {
  const losses = Float32Array.from(history.flatMap(({ companion, generator }) => [companion, generator]));
  const tensors = tensorsOfState(state);
  const bytes = encodeSafetensors(
    { ...tensors, losses: float32([history.length, 2], losses) },
    { settingsHash, computers: JSON.stringify(computers) },
  );
  await writeFileAtomic(file, bytes);
}

/** The hash of the settings that a checkpoint depends on; undefined where there is none, or it is damaged. */
export async function checkpointSettings(file: string): Promise<string | undefined> {
  const bytes = await readIfThere(file);
  try {
    return bytes && decodeSafetensors(bytes, file).metadata.settingsHash;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/**
 * The checkpoint in `file`, in the form of the initial state; undefined if there is none of these settings.
 * @throws UserError if the file is damaged.
 */
export async function readCheckpoint(
  file: string,
  initial: TrainingState<NdArray>,
  settingsHash: string,
): Promise<Checkpoint | undefined> {
  const bytes = await readIfThere(file);
  if (bytes === undefined) return undefined;
  const { tensors, metadata } = decodeCheckpoint(bytes, file);
  if (metadata.settingsHash !== settingsHash) return undefined;
  const state = stateIn(tensors, initial, file);
  const losses = tensors.losses?.data ?? [];
  const history = Array.from({ length: losses.length / 2 }, (_, step) => ({
    companion: losses[2 * step]!,
    generator: losses[2 * step + 1]!,
  }));
  const computers: string[] = JSON.parse(metadata.computers ?? '[]');
  return { state, history, computers };
}

/** The arrays of a state, by their paths in it. */
export const tensorsOfState = (state: object): Record<string, NdArray> =>
  Object.fromEntries(leaves(state as Tree<NdArray>, isNdArray));

/** A state in the form of the initial one, of arrays by their paths. @throws UserError when one is missing */
export const stateIn = <State extends object>(
  tensors: Readonly<Record<string, NdArray>>,
  initial: State,
  file: string,
): State =>
  mapTree(initial as Tree<NdArray>, isNdArray, ({ shape }, path) => {
    const tensor = tensors[path];
    if (tensor === undefined || `${tensor.shape}` !== `${shape}`) {
      throw new UserError(`${file} lacks ${path} of shape [${shape}]; delete it to start training over`);
    }
    return tensor;
  }) as State;

/** What a file that a training left holds. @throws UserError, saying what to do, when it is damaged */
export function decodeCheckpoint(bytes: Uint8Array, file: string): ReturnType<typeof decodeSafetensors> {
  try {
    return decodeSafetensors(bytes, file);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${error.message}; delete it to start training over`, { cause: error });
  }
}
