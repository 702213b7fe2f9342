import { float32, rowOf } from '@blind-demod/arrays';
import { generatorPrior } from '@blind-demod/dcgan';
import { expect, test } from 'vitest';
import { randomGenerator } from '../../dcgan/test/random-generator.js';
import { confidenceOf } from '../src/confidence.js';
import { denoised } from '../src/denoiser.js';
import { distortionDeviation } from '../src/doubt.js';
import { atUnitExposure } from '../src/levels.js';
import { recover } from '../src/recover.js';
import { refine } from '../src/refine.js';
import { ROBUST_SOLVER, UNKNOWN_EXPOSURE } from '../src/settings.js';
import { solve } from '../src/solve.js';
import { plant, smallDenoiser } from './fixtures.js';

const prior = generatorPrior(randomGenerator());
const priors = { signal: prior, distortion: prior };
const { observation } = await plant(priors, 2);

test('recovers with the solver of this project, and refines', async () => {
  const settings = { ...ROBUST_SOLVER, ...UNKNOWN_EXPOSURE };
  const options = { settings, seed: 1, device: 'auto' } as const;
  const found = await solve(prior, prior, observation, options);
  const atUnit = atUnitExposure(observation, found);
  const deviation = await distortionDeviation([prior, prior], { observation }, found, {
    settings,
    device: 'auto',
  });
  const known = { observation: atUnit, signal: found.signal, distortion: found.distortion };
  const divided = refine({ ...known, distortionDeviation: deviation }, ROBUST_SOLVER.refinement);
  const { signalDeviation } = divided;
  expect(await recover(observation, priors)).toEqual({
    ...found,
    refined: divided.signal,
    refinedDeviation: signalDeviation,
    distortionDeviation: deviation,
    confidence: confidenceOf({ observation: atUnit }, { ...found, signalDeviation }),
  });

  const denoiser = smallDenoiser();
  const better = await recover(observation, { ...priors, denoiser });
  const ofDenoiser = await denoised(denoiser, known, 'auto');
  const both = refine(
    { ...known, distortionDeviation: deviation, denoised: ofDenoiser },
    ROBUST_SOLVER.refinement,
  );
  expect(better.signal).toEqual(found.signal);
  expect(better.refined).toEqual(both.signal);
  expect(better.refined).not.toEqual(divided.signal);
});

test('takes one image, too, and a mask', async () => {
  const image = float32(observation.shape.slice(1), rowOf(observation, 0).slice());
  const observed = float32(
    image.shape,
    image.data.map((_, i) => (i % 5 === 0 ? 0 : 1)),
  );
  const asOne = await recover(image, { ...priors, observed });
  const batch = { ...image, shape: [1, ...image.shape] };
  const mask = { ...observed, shape: batch.shape };
  const asBatch = await recover(batch, { ...priors, observed: mask });
  for (const name of [
    'signal',
    'distortion',
    'refined',
    'refinedDeviation',
    'distortionDeviation',
  ] as const) {
    expect(asOne[name]).toEqual({ ...asBatch[name], shape: image.shape });
  }
  expect(asOne.confidence).toEqual(asBatch.confidence);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses an observation with %d in it', async value => {
  const strange = float32(observation.shape, observation.data.with(7, value));
  await expect(recover(strange, priors)).rejects.toThrow(
    `expected finite numbers as an observation, got ${value}`,
  );
});
