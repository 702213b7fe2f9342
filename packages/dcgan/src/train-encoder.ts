// Trains the encoder of a pair of generators: its codes, drawn by the generators, are to be the images of the products.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ByFactor, byFactor, FACTORS, randomStream, UserError } from '@blind-demod/arrays';
import {
  artifactIsCurrent,
  hashOf,
  openArtifact,
  startProgress,
  writeArtifact,
} from '@blind-demod/artifacts';
import { imagesOf } from '@blind-demod/demod-core';
import { type DataSettings, dataSettings, type FactorImages } from '@blind-demod/distortion-data';
import type { Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { decodeEncoder, encodeEncoder, encodeWith, initialEncoder, type TrainedEncoder } from './encoder.js';
import { encoderExamples } from './encoder-examples.js';
import { type AnyGenerator, generatorPrior, generatorSha256 } from './generator.js';
import { trainInOneCycle } from './one-cycle.js';

export const ENCODER_KIND = 'encoder';
export const ENCODER_FILE = 'encoder.safetensors';

const HIGHEST_RATE = 0.002;
const AVERAGE_DECAY = 0.998;
/** Of the distortion's error in the loss, beside the signal's: the distortion is the smaller one, and decides more. */
const DISTORTION_SHARE = 2;
/** Of the mean square of the signal's codes, that they stay of the size at which the generator was trained. */
const CODE_SHARE = 1e-4;
const CHECKPOINT_STEPS = 100;
/** Standard normal numbers that are drawn for all noise. */
const NOISE = 1 << 20;

/** Of an experiment, what an encoder depends on beside its generators. */
export interface EncoderSettings extends DataSettings {
  readonly encoder: { readonly steps: number };
}

/** Everything that an encoder depends on. */
export const encoderSettings = (experiment: EncoderSettings, generators: ByFactor<AnyGenerator>): object => ({
  data: byFactor(factor => dataSettings(experiment, factor)),
  training: experiment.encoder,
  generators: byFactor(factor => generatorSha256(generators[factor])),
});

/**
 * Trains the encoder of these generators, and writes it into the folder. What a killed training left beside it, in
 * `folder`-training, is taken up.
 *
 * @returns whether there was anything to do.
 * @throws UserError when the folder cannot be written.
 */
export async function trainEncoder(
  experiment: EncoderSettings,
  {
    generators,
    images,
    folder,
    device,
  }: { generators: ByFactor<AnyGenerator>; images: ByFactor<FactorImages>; folder: string; device: Device },
): Promise<boolean> {
  const { seed, channels, encoder } = experiment;
  const content = { kind: ENCODER_KIND, settings: encoderSettings(experiment, generators), seed };
  if (await artifactIsCurrent(folder, content)) return false;
  const priors = byFactor(factor => generatorPrior(generators[factor]));
  const latentDimensions = byFactor(factor => priors[factor].latentDimension);
  const train = byFactor(factor => images[factor].train);
  const noise = randomStream(seed, 'encoder', 'noise').normals(NOISE);
  const progress = startProgress({ title: 'training the encoder', total: encoder.steps });
  const work = `${folder}-training`;
  try {
    const parameters = await trainInOneCycle({
      start: initialEncoder(latentDimensions, channels, randomStream(seed, 'encoder', 'weights')),
      examplesAt: step => ({ ...encoderExamples(train, { seed, step, noise }) }),
      loss: (network, { signal, distortion, ...problem }) => {
        const codes = encodeWith(network, problem, latentDimensions);
        const images = {
          signal: imagesOf(priors.signal.forward(codes.signal)),
          distortion: imagesOf(priors.distortion.forward(codes.distortion)),
        };
        const errors = tf.add(
          relativeError(images.signal, signal),
          tf.mul(DISTORTION_SHARE, relativeError(images.distortion, distortion, signal)),
        );
        return tf.add(errors, tf.mul(CODE_SHARE, tf.mean(tf.square(codes.signal))));
      },
      done: step => step / encoder.steps,
      highestRate: HIGHEST_RATE,
      averageDecay: AVERAGE_DECAY,
      device,
      checkpoint: {
        file: join(work, 'checkpoint.safetensors'),
        every: CHECKPOINT_STEPS,
        settingsHash: hashOf({ seed, settings: content.settings }),
      },
      onStep: (step, loss) => progress.update(step + 1, `loss ${loss.toFixed(4)}`),
    });
    await writeArtifact(folder, {
      ...content,
      files: { [ENCODER_FILE]: encodeEncoder({ parameters, latentDimensions }) },
    });
    await rm(work, { recursive: true, force: true });
  } finally {
    progress.stop();
  }
  return true;
}

/** The mean over images of ‖G(z) − image‖ / ‖image‖, where a weight is given by it: the signal alone shows the distortion. */
function relativeError(drawn: Tensor, image: Tensor, weight?: Tensor): Tensor {
  const weighted = (squares: Tensor) => tf.sum(weight ? tf.mul(weight, squares) : squares, [1, 2, 3]);
  const ratio = tf.div(weighted(tf.squaredDifference(drawn, image)), weighted(tf.square(image)));
  return tf.mean(tf.sqrt(tf.add(ratio, 1e-6)));
}

/**
 * The encoder of an artifact folder.
 *
 * @throws UserError, ending with `remedy`, if there is none, it is damaged, or was trained with other settings or for other
 * generators.
 */
export async function loadEncoder(
  folder: string,
  { generators, ...wanted }: { generators: ByFactor<AnyGenerator>; settings?: object; remedy: string },
): Promise<TrainedEncoder> {
  const artifact = await openArtifact(folder, { kind: ENCODER_KIND, ...wanted });
  const { generators: trainedFor } = artifact.manifest.settings as { generators: ByFactor<string> };
  for (const factor of FACTORS) {
    if (trainedFor[factor] === generatorSha256(generators[factor])) continue;
    throw new UserError(`${folder} was trained for another generator of the ${factor}; ${wanted.remedy}`);
  }
  return decodeEncoder(await artifact.read(ENCODER_FILE), `${folder}/${ENCODER_FILE}`);
}
