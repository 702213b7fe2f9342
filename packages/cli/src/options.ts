// The options that several commands share.
import { existsSync } from 'node:fs';
import type { Shard } from '@blind-demod/eval';
import { DEVICES } from '@blind-demod/jit/device-names';
import { shipped } from '@blind-demod/shipped';
import type { InferredOptionTypes, Options } from 'yargs';
import { UsageError } from './exit.js';

const CONFIG = 'configs/default.json';

/** Taken by every command. */
export const commonOptions = {
  config: {
    type: 'string',
    requiresArg: true,
    default: process.env.DEMOD_CONFIG || (existsSync(CONFIG) ? CONFIG : shipped(CONFIG)),
    defaultDescription: '$DEMOD_CONFIG, else configs/default.json',
    describe: 'The experiment, a JSON file',
  },
  device: {
    choices: DEVICES,
    requiresArg: true,
    default: 'auto' as const,
    describe: 'What computes; `demod doctor` tells which of them work here',
  },
  threads: {
    type: 'string',
    requiresArg: true,
    coerce: threadCount,
    default: process.env.DEMOD_THREADS || undefined,
    defaultDescription: '$DEMOD_THREADS, else all cores that the process is given',
    describe: 'Threads to compute with on the cpu',
  },
  json: {
    type: 'boolean',
    default: false,
    describe: 'Print the result as JSON on stdout, and nothing else there',
  },
} as const satisfies Record<string, Options>;

/** Taken by the commands that an experiment's config is for. */
export const seedOption = {
  seed: {
    type: 'string',
    requiresArg: true,
    coerce: toSeed,
    defaultDescription: "the experiment's seed",
    describe: 'Another seed; results then have the name NAME-seed-SEED',
  },
} as const satisfies Record<string, Options>;

/** Taken by the commands that read pictures of a camera. */
export const cameraOptions = {
  dark: {
    type: 'string',
    requiresArg: true,
    describe: 'What the camera tells without light: a number, a file, or "auto"',
  },
  mask: {
    type: 'string',
    requiresArg: true,
    describe: 'A picture whose zeros are left out when the light is found',
  },
} as const satisfies Record<string, Options>;

/** Taken by the commands that write artifacts. */
export const artifactsOption = {
  out: {
    type: 'string',
    requiresArg: true,
    default: 'artifacts',
    describe: 'Folder of everything that is made: images, generators, results',
  },
} as const satisfies Record<string, Options>;

/** Taken by the commands that recover test images. */
export const testImagesOption = {
  images: {
    type: 'string',
    requiresArg: true,
    coerce: countOrAll('images'),
    defaultDescription: "the experiment's evaluation.images",
    describe: 'How many pairs, or "all"',
  },
} as const satisfies Record<string, Options>;

/** Taken by the commands whose pairs can be divided. */
export const shardOption = {
  shard: {
    type: 'string',
    requiresArg: true,
    coerce: toShard,
    describe: 'Solve a part of the pairs only: 3/16 is the third of 16 parts',
  },
} as const satisfies Record<string, Options>;

/** Taken by the commands whose results may stand in the way of others. */
export const forceOption = {
  force: {
    type: 'boolean',
    default: false,
    describe: 'Replace what is there, made from other inputs',
  },
} as const satisfies Record<string, Options>;

export const ARTIFACTS = artifactsOption.out.default;

export type CommonArguments = InferredOptionTypes<typeof commonOptions>;
export type ExperimentArguments = CommonArguments & InferredOptionTypes<typeof seedOption>;
export type ArtifactsArguments = ExperimentArguments & InferredOptionTypes<typeof artifactsOption>;

/** A count on the command line: a whole number of at least 1, or 'all'. @throws UsageError */
export function countOrAll(name: string): (given: string) => number | 'all' {
  return given => {
    if (given === 'all') return given;
    if (/^[1-9]\d{0,14}$/.test(given)) return Number(given);
    throw new UsageError(`--${name} expects a whole number of at least 1, or "all", got "${given}"`);
  };
}

/** @throws UsageError */
function toSeed(given: string | undefined): number | undefined {
  if (given === undefined || /^(0|[1-9]\d{0,14})$/.test(given))
    return given === undefined ? given : Number(given);
  throw new UsageError(`--seed expects a whole number of at least 0, got "${given}"`);
}

/** @throws UsageError */
function toShard(given: string | undefined): Shard | undefined {
  if (given === undefined) return undefined;
  const [, index, count] = (/^([1-9]\d{0,5})\/([1-9]\d{0,5})$/.exec(given) ?? []).map(Number);
  if (index !== undefined && count !== undefined && index <= count) return { index, count };
  throw new UsageError(`--shard expects a part and the number of parts, as 3/16, got "${given}"`);
}

/** A count on the command line: a whole number of at least 1. @throws UsageError */
export function countOf(name: string): (given: string | undefined) => number | undefined {
  return given => {
    if (given === undefined) return undefined;
    if (/^[1-9]\d{0,5}$/.test(given)) return Number(given);
    throw new UsageError(`--${name} expects a whole number of at least 1, got "${given}"`);
  };
}

/** @throws UsageError */
function threadCount(given: string | undefined): number | undefined {
  if (given === undefined || /^[1-9]\d{0,3}$/.test(given)) return given === undefined ? given : Number(given);
  throw new UsageError(`--threads (or DEMOD_THREADS) expects a whole number from 1 to 9999, got "${given}"`);
}
