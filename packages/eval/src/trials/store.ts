// What trials found, kept on disk, so that a run that was stopped goes on and no run repeats another's: scores under
// everything that they depend on, and beside them the recovery of a search.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSafetensors, encodeSafetensors, float32, UserError } from '@blind-demod/arrays';
import { artifactIsCurrent, foreignFile, openArtifact, writeArtifact } from '@blind-demod/artifacts';
import { dataSettings } from '@blind-demod/distortion-data';
import type { Experiment } from '@blind-demod/experiment';
import { withDigits } from '@blind-demod/picture';
import { z } from 'zod';
import type { Procedure, Recovery, Search } from '../methods/method.js';
import type { Batch } from './batches.js';
import type { Condition } from './conditions.js';
import { type PairScores, pairScoresSchema } from './scores.js';

/** The trials of a batch of pairs under one condition by one procedure, which are computed and kept at once. */
export interface Task<P extends Procedure = Procedure> {
  readonly batch: Batch;
  readonly condition: Condition;
  readonly procedure: P;
}

/** The scores of a batch's pairs, for each method of the procedure by name. */
export type TaskScores = Readonly<Record<string, readonly PairScores[]>>;

/** A recovery, and how long the search for it took. */
export interface KeptRecovery {
  readonly recovery: Recovery;
  readonly seconds: number;
}

export interface Store<Key, Value> {
  /** Whether there is one made with the same settings, in an undamaged file. */
  has(key: Key): Promise<boolean>;
  /** @throws UserError when it cannot be written */
  keep(key: Key, value: Value): Promise<void>;
  /** @throws UserError when it is not there, or damaged */
  read(key: Key): Promise<Value>;
}

export interface TrialStore {
  readonly scores: Store<Task, TaskScores>;
  readonly recoveries: Store<Task<Search>, KeptRecovery>;
}

/** As many as the images have, which are float32. */
const DIGITS = 7;
/** Counted up when what is kept, or how it is found, changes, so that what is older is not taken for current. */
export const SCORES_FORMAT = 3;
const RECOVERY_FORMAT = 7;

const scoresSchema = z.record(z.string(), z.array(pairScoresSchema));

/**
 * The trials in these folders, by condition, procedure and batch. They are kept in the first, and found in any.
 *
 * @param set whose pairs these are; of the test images unless told otherwise.
 */
export function trialsIn(
  folders: readonly [string, ...string[]],
  experiment: Experiment,
  set?: 'training',
): TrialStore {
  const { seed } = experiment;
  const common = { seed, data: dataOf(experiment), ...(set && { set }) };
  // A batch that is cut short has a folder of its own, so that a few pairs do not displace many; or it is the last of all.
  const foldersOf = ({ batch, condition, procedure }: Task) => {
    const number = String(batch.index).padStart(4, '0');
    const names = batch.isFull ? [number] : [`${number}-${batch.pairs.length}`, number];
    return folders.flatMap(folder => names.map(name => join(folder, condition.name, procedure.name, name)));
  };
  const settingsOf = ({
    batch: { first, pairs },
    condition: { name: _, title: __, ...condition },
  }: Task) => ({
    ...common,
    first,
    pairs,
    condition,
  });
  return {
    scores: storeOf<Task, TaskScores>({
      seed,
      kind: 'scores',
      file: 'scores.json',
      remedy: 'run the comparison again',
      foldersOf,
      settingsOf: task => ({
        ...settingsOf(task),
        format: SCORES_FORMAT,
        procedure: { name: task.procedure.name, settings: task.procedure.settings },
      }),
      encode: scores => `${JSON.stringify(scores, withDigits(DIGITS))}\n`,
      decode: (bytes, path) => {
        const { data, error } = scoresSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
        if (data) return data;
        throw new UserError(
          `${path}: ${error.issues[0]!.path.join('.')}: ${error.issues[0]!.message}; run the comparison again`,
        );
      },
    }),
    recoveries: storeOf<Task<Search>, KeptRecovery>({
      seed,
      kind: 'recovery',
      file: 'recovery.safetensors',
      remedy: 'run the evaluation again',
      foldersOf: task => foldersOf(task).map(place => join(place, 'recovery')),
      settingsOf: task => ({
        ...settingsOf(task),
        format: RECOVERY_FORMAT,
        search: task.procedure.searchSettings,
      }),
      encode: ({ recovery, seconds }) =>
        encodeSafetensors({ ...recovery, seconds: float32([1], Float32Array.of(seconds)) }),
      decode: (bytes, path) => {
        const { seconds, ...recovery } = decodeSafetensors(bytes, path).tensors;
        return { recovery: recovery as unknown as Recovery, seconds: seconds!.data[0]! };
      },
    }),
  };
}

/** What the images of both factors depend on. */
export const dataOf = (experiment: Experiment) => ({
  signal: dataSettings(experiment, 'signal'),
  distortion: dataSettings(experiment, 'distortion'),
});

/** Values of other settings have folders of the same name with a number. */
const beside = (folder: string, number: number): string => (number === 0 ? folder : `${folder}.${number}`);

/** A value is an artifact of one file, in a folder of its own. */
function storeOf<Key, Value>({
  seed,
  kind,
  file,
  remedy,
  foldersOf,
  settingsOf,
  encode,
  decode,
}: {
  readonly seed: number;
  readonly kind: string;
  readonly file: string;
  /** What to do about one that cannot be read. */
  readonly remedy: string;
  /** Where it may be; the first is where it is put, or beside it where that one is another's. */
  foldersOf(key: Key): readonly string[];
  /** Everything that the value depends on. */
  settingsOf(key: Key): object;
  encode(value: Value): Uint8Array | string;
  /** @param path for messages. */
  decode(bytes: Uint8Array, path: string): Value;
}): Store<Key, Value> {
  const describe = (key: Key) => ({ kind, settings: settingsOf(key) });
  const find = async (key: Key): Promise<string | undefined> => {
    for (const place of foldersOf(key)) {
      for (let number = 0; number === 0 || existsSync(beside(place, number)); number++) {
        if (await artifactIsCurrent(beside(place, number), describe(key))) return beside(place, number);
      }
    }
    return undefined;
  };
  /** What other settings gave stays. */
  const free = async (key: Key): Promise<string> => {
    const planned = { ...describe(key), names: [file] };
    const [place] = foldersOf(key);
    for (let number = 0; ; number++) {
      if ((await foreignFile(beside(place!, number), planned)) === undefined) return beside(place!, number);
    }
  };
  return {
    has: async key => (await find(key)) !== undefined,
    keep: async (key, value) =>
      writeArtifact(await free(key), { ...describe(key), seed, files: { [file]: encode(value) } }),
    read: async key => {
      const folder = (await find(key)) ?? foldersOf(key)[0]!;
      const artifact = await openArtifact(folder, { ...describe(key), remedy });
      return decode(await artifact.read(file), join(folder, file));
    },
  };
}
