// The scores of a comparison, kept on disk by condition, procedure and batch, so that one that was stopped goes on.
import { join } from 'node:path';
import { artifactIsCurrent, openArtifact, writeArtifact } from '@blind-demod/experiment';
import type { Batch } from '../batches.js';
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

export interface Kept {
  /** Whether there are scores made with the same settings, in an undamaged file. */
  has(task: Task): Promise<boolean>;
  /** @throws UserError when they cannot be written */
  keep(task: Task, scores: TaskScores): Promise<void>;
  /** @throws UserError when they are not there, or damaged */
  read(task: Task): Promise<TaskScores>;
}

const KIND = 'scores';
const FILE = 'scores.json';
/** Counted up when the scores change their meaning, so that older ones are not taken for current. */
const FORMAT = 1;

/** The scores in `folder`. `settings` is what all tasks depend on: the images, and the seed. */
export function keptIn(folder: string, settings: object, seed: number): Kept {
  const folderOf = ({ batch, condition, procedure }: Task) =>
    join(folder, condition.name, procedure.name, String(batch.index).padStart(4, '0'));
  const describe = ({ batch: { first, pairs }, condition: { noise, missing }, procedure }: Task) => ({
    kind: KIND,
    settings: {
      ...settings,
      format: FORMAT,
      first,
      pairs,
      condition: { noise, missing },
      procedure: { name: procedure.name, settings: procedure.settings },
    },
  });
  return {
    has: task => artifactIsCurrent(folderOf(task), describe(task)),
    keep: (task, scores) =>
      writeArtifact(folderOf(task), {
        ...describe(task),
        seed,
        files: { [FILE]: `${JSON.stringify(scores)}\n` },
      }),
    read: async task => {
      const remedy = 'run the comparison again';
      const artifact = await openArtifact(folderOf(task), { ...describe(task), remedy });
      return JSON.parse(new TextDecoder().decode(await artifact.read(FILE)));
    },
  };
}
