// The scores of a comparison, kept on disk by condition, procedure and batch, so that one that was stopped goes on.

import { join } from 'node:path';
import { withDigits } from '@blind-demod/picture';
import type { Batch } from '../batches.js';
import { type Store, storeOf } from '../store.js';
import type { Condition } from './conditions.js';
import type { Procedure } from './method.js';
import type { PairScores } from './pair-scores.js';

/** One procedure on one batch under one condition. */
export interface Task {
  readonly batch: Batch;
  readonly condition: Condition;
  readonly procedure: Procedure;
}

/** The scores of a batch's pairs, for each method of the procedure by name. */
export type TaskScores = Readonly<Record<string, readonly PairScores[]>>;

export type Kept = Store<Task, TaskScores>;

const KIND = 'scores';
const FILE = 'scores.json';
/** As many as the images have, which are float32. */
const DIGITS = 7;
/** Counted up when the scores, or how a method works, change, so that older ones are not taken for current. */
export const FORMAT = 3;

/** The scores in `folder`. `settings` is what all tasks depend on: the images, and the seed. */
export function keptIn(folder: string, settings: object, seed: number): Kept {
  return storeOf({
    seed,
    kind: KIND,
    file: FILE,
    remedy: 'run the comparison again',
    folderOf: ({ batch, condition, procedure }) =>
      join(folder, condition.name, procedure.name, String(batch.index).padStart(4, '0')),
    settingsOf: ({ batch: { first, pairs }, condition: { noise, missing }, procedure }) => ({
      ...settings,
      format: FORMAT,
      first,
      pairs,
      condition: { noise, missing },
      procedure: { name: procedure.name, settings: procedure.settings },
    }),
    encode: scores => `${JSON.stringify(scores, withDigits(DIGITS))}\n`,
    decode: bytes => JSON.parse(new TextDecoder().decode(bytes)),
  });
}
