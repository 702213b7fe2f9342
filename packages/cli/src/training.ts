// The generators of an experiment, trained as one piece of work.
import { type ByFactor, type Factor, otherFactor } from '@blind-demod/arrays';
import { alone, startProgress } from '@blind-demod/artifacts';
import { type AnyGenerator, generatorPrior } from '@blind-demod/dcgan';
import {
  asksForOthers,
  encoderSettings,
  type Score,
  trainEncoder,
  trainGenerator,
  trainingSettings,
} from '@blind-demod/dcgan/node';
import { representationError } from '@blind-demod/demod-core';
import { type FactorImages, prepareImages } from '@blind-demod/distortion-data';
import type { LoadedExperiment } from '@blind-demod/experiment';
import type { Device } from '@blind-demod/jit';
import type { Folders } from './folders.js';
import { findPair } from './generators.js';
import { prepareBoth } from './images.js';
import { refuseOtherEncoder, refuseOtherTraining } from './overwrite.js';

/** The search for codes by which generators are scored. */
const SEARCH = { starts: 2, iterations: 300 };

export interface TrainedGenerator {
  readonly factor: Factor;
  readonly folder: string;
  /** Whether there was anything to do. */
  readonly trained: boolean;
}

/**
 * Trains the generators of these factors, one after the other.
 *
 * @param options.force whether what is there of other settings may be replaced.
 * @param options.images of both factors, where they were read before.
 * @throws UserError like `trainGenerator`, and before anything is done where something would be replaced.
 */
export function trainFactors(
  loaded: LoadedExperiment,
  factors: readonly Factor[],
  {
    folders,
    device,
    force,
    images: read,
  }: {
    folders: Pick<Folders, 'images' | 'generator'>;
    device: Device;
    force: boolean;
    images?: ByFactor<FactorImages>;
  },
): Promise<TrainedGenerator[]> {
  const imagesOf = async (factor: Factor) =>
    read?.[factor] ?? (await prepareImages(loaded, factor, folders.images(factor)));
  const train = async () => {
    for (const factor of force ? [] : factors) {
      await refuseOtherTraining(folders.generator(factor), trainingSettings(loaded.experiment, factor));
    }
    const generators: TrainedGenerator[] = [];
    for (const factor of factors) {
      const images = await imagesOf(factor);
      const asks = asksForOthers(loaded.experiment[factor].training);
      const others = asks ? await imagesOf(otherFactor(factor)) : undefined;
      const folder = folders.generator(factor);
      const score = scoring(loaded.experiment.seed, device);
      const trained = await trainGenerator(loaded, factor, { images, others, folder, device, score });
      generators.push({ factor, folder, trained });
    }
    return generators;
  };
  // All folders before the first training: whoever waits for the generators then waits for both.
  const locked = factors.reduce<typeof train>(
    (body, factor) => () => alone(folders.generator(factor), `training of the ${factor}`, body),
    train,
  );
  return locked();
}

/** The training of an encoder: where it went, and whether there was anything to do. */
export interface EncoderTraining {
  readonly folder: string;
  readonly trained: boolean;
}

/**
 * Trains the encoder of the experiment's generators.
 *
 * @param options.force whether an encoder of other settings that is there may be replaced.
 * @throws UserError where it may not, and like `findPair` and `trainEncoder`.
 */
export async function trainEncoderOf(
  loaded: LoadedExperiment,
  { folders, out, device, force }: { folders: Folders; out: string; device: Device; force: boolean },
): Promise<EncoderTraining> {
  const { generators } = await findPair(loaded, { out, device });
  const folder = folders.encoder;
  if (!force) await refuseOtherEncoder(folder, encoderSettings(loaded.experiment, generators));
  const images = await prepareBoth(loaded, folders);
  const means = { generators, images, folder, device };
  const train = () => trainEncoder(loaded.experiment, means);
  return { folder, trained: await alone(folder, 'training of the encoder', train) };
}

/** The representation error as a measure of generators, its progress on stderr. */
export function scoring(seed: number, device: Device): Score<AnyGenerator> {
  return async (generator, images, title) => {
    const progress = startProgress({ title, total: SEARCH.iterations });
    try {
      const prior = generatorPrior(generator);
      const onIteration = (done: number) => progress.update(done);
      const { errors } = await representationError(prior, images, { ...SEARCH, seed, device, onIteration });
      return errors;
    } finally {
      progress.stop();
    }
  };
}
