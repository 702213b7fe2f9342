// Checkpoints: the whole state of a training run in one file, so that a killed run goes on to the same result.

import { readFile } from 'node:fs/promises';
import { decodeSafetensors, encodeSafetensors, float32, type NdArray, UserError } from '@blind-demod/arrays';
import { writeFileAtomic } from '@blind-demod/artifacts';
import { isNdArray, leaves, mapTree, type Tree } from '@blind-demod/jit';
import type { TrainingState } from './step.js';

/** Losses of every step so far. */
export type History = { companion: number; generator: number }[];

export interface Checkpoint {
  readonly state: TrainingState<NdArray>;
  readonly history: History;
}

/** @param settingsHash what the run depends on; a run with other settings does not take the checkpoint up. */
export async function writeCheckpoint(
  file: string,
  { state, history }: Checkpoint,
  settingsHash: string,
): Promise<void> {
  const losses = Float32Array.from(history.flatMap(({ companion, generator }) => [companion, generator]));
  const tensors = Object.fromEntries(leaves(state as unknown as Tree<NdArray>, isNdArray));
  const bytes = encodeSafetensors(
    { ...tensors, losses: float32([history.length, 2], losses) },
    { settingsHash },
  );
  await writeFileAtomic(file, bytes);
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
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  if (metadata.settingsHash !== settingsHash) return undefined;
  const state = mapTree(initial as unknown as Tree<NdArray>, isNdArray, ({ shape }, path) => {
    const tensor = tensors[path];
    if (tensor === undefined || `${tensor.shape}` !== `${shape}`) {
      throw new UserError(`${file} lacks ${path} of shape [${shape}]; delete it to start training over`);
    }
    return tensor;
  });
  const losses = tensors.losses?.data ?? [];
  const history = Array.from({ length: losses.length / 2 }, (_, step) => ({
    companion: losses[2 * step]!,
    generator: losses[2 * step + 1]!,
  }));
  return { state: state as unknown as TrainingState<NdArray>, history };
}
