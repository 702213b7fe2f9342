import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { float32, otherFactor, randomStream, takeRows } from '@blind-demod/arrays';
import { dataSettings, type FactorImages } from '@blind-demod/distortion-data';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { batches } from '../src/batches.js';
import { type Networks, networksOf } from '../src/networks.js';
import { asksForOthers, planOf } from '../src/objectives/index.js';
import type { RivalPlan } from '../src/objectives/objective.js';
import { trainingSchema } from '../src/settings.js';
import type { Score } from '../src/snapshots.js';
import { trainGenerator, trainingSettings } from '../src/train.js';
import { smallExperiment, smallImages } from './fixtures.js';

const images = smallImages();
/** As many images of one brightness. */
const even = (brightness: number): FactorImages => {
  const { train, test } = smallImages();
  const filled = ({ pixels, labels }: typeof train) => ({
    pixels: float32(pixels.shape, new Float32Array(pixels.data.length).fill(brightness)),
    labels,
  });
  return { train: filled(train), test: filled(test) };
};

const ADVERSARIAL = ['non-saturating', 'least-squares', 'hinge', 'r1'] as const;

describe.each(ADVERSARIAL)('%s on products', objective => {
  test.each(['given', 'made'] as const)('shows the discriminator products: %s', async ambient => {
    // Networks to look at: the generator draws what it is given, the discriminator gives back what it sees.
    const noiseless = objective === 'hinge' || objective === 'r1' ? {} : { instanceNoise: 0 };
    const settings = trainingSchema.parse({ objective, ambient, ...noiseless });
    const small = networksOf(smallExperiment().experiment.distortion.network, [1, 16, 16]);
    const seen: Tensor[] = [];
    const networks: Networks = {
      ...small,
      generate: generator => generator[0]!.weight,
      discriminate: (_, images) => {
        seen.push(images);
        return tf.mean(images, [1, 2, 3], true);
      },
    };
    const plan = planOf(settings, networks) as RivalPlan;
    const random = randomStream(1, 'ambient');
    const real = takeRows(images.train.pixels, [0, 1, 2]);
    const drawn = takeRows(images.train.pixels, [3, 4, 5]);
    const others = float32([2, 1, 16, 16], random.uniforms(512));
    const fed = plan.feed({ images: real, indices: Int32Array.of(0, 1, 2), random, others });
    const input = { batch: { ...fed, images: real }, drawn };
    const program = await compile(
      (given: { batch: Record<string, Tensor>; drawn: Tensor }) => {
        seen.length = 0;
        const batch = given.batch as Parameters<typeof plan.companionLoss>[2];
        const generator = [{ weight: given.drawn }];
        plan.companionLoss([], generator, batch);
        const byCompanion = [...seen];
        seen.length = 0;
        plan.generatorLoss(generator, [], batch);
        // The last it looks at are both; R1 looks at the real images before, for its gradient.
        const [real, fake] = tf.split(byCompanion.at(-1)!, 2) as [Tensor, Tensor];
        return { real, fake, again: seen[0]! };
      },
      input,
      { device: 'js' },
    );
    const result = await program.run(input);
    const times = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Float32Array.from(a, (value, at) => value * b[at]!);
    const fake = times(drawn.data, fed.fakeOthers!.data);
    expect(result.fake.data).toEqual(fake);
    expect(result.again.data).toEqual(fake);
    expect(result.real.data).toEqual(ambient === 'made' ? times(real.data, fed.realOthers!.data) : real.data);
    expect(Object.keys(fed).includes('realOthers')).toBe(ambient === 'made');
  });
});

describe('training on products', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'ambient-'));
  });
  afterAll(() => rm(root, { recursive: true }));
  const score: Score = async (_, { shape }) => new Float32Array(shape[0]!);
  const weights = async (name: string, training: object, others?: FactorImages) => {
    const folder = join(root, name);
    const run = { images, others, folder, device: 'cpu', score } as const;
    await trainGenerator(smallExperiment(training), 'distortion', run);
    return readFile(join(folder, 'generator.safetensors'));
  };

  test('with images of ones is training without products, to the same bytes', async () => {
    const clean = await weights('clean', {});
    for (const ambient of ['given', 'made'])
      expect((await weights(ambient, { ambient }, even(1))).equals(clean), ambient).toBe(true);
    expect((await weights('half', { ambient: 'given' }, even(0.5))).equals(clean)).toBe(false);
  });

  test('needs images of the other factor', async () => {
    await expect(weights('none', { ambient: 'made' })).rejects.toThrow(TypeError);
  });

  test('depends on the images of the other factor, and other training does not', () => {
    const settings = (training: object) => {
      const { experiment } = smallExperiment(training);
      return { experiment, settings: trainingSettings(experiment, 'distortion') };
    };
    const { experiment, settings: ambient } = settings({ ambient: 'made' });
    expect(ambient).toHaveProperty('others', dataSettings(experiment, otherFactor('distortion')));
    expect(settings({}).settings).not.toHaveProperty('others');
  });

  test('draws the same products whenever a step is taken up, and from all images', () => {
    const { experiment } = smallExperiment({ ambient: 'made' });
    const { network, training } = experiment.distortion;
    const numbered = float32([3, 1, 1, 1], Float32Array.of(1, 2, 3));
    const draws = () => {
      const plan = planOf(training, networksOf(network, [1, 16, 16]));
      const given = { images: images.train.pixels, others: numbered };
      return batches(experiment, 'distortion', given, plan);
    };
    expect(draws()(3)).toEqual(draws()(3));
    const { fakeOthers, realOthers } = draws()(3);
    expect(fakeOthers!.data).not.toEqual(realOthers!.data);
    expect([...new Set([...fakeOthers!.data, ...realOthers!.data])].sort()).toEqual([1, 2, 3]);
  });
});

test.each(ADVERSARIAL)('a setting of %s', objective => {
  const settings = trainingSchema.parse({ objective, ambient: 'given' });
  expect(asksForOthers(settings)).toBe(true);
  expect(asksForOthers(trainingSchema.parse({ objective }))).toBe(false);
});

test.each(['autoencoder', 'variational', 'glo'])('no setting of %s', objective => {
  expect(() => trainingSchema.parse({ objective, ambient: 'given' })).toThrow(/ambient/);
});
