// Noise on the measurements: how much of it reaches what is recovered.
import { median, minus, norm, plus, quantile, randomStream, scaled, times } from '@blind-demod/arrays';
import { plotPng } from '@blind-demod/picture/plots';
import * as Plot from '@observablehq/plot';
import { z } from 'zod';
import { fitPowerLaw, type PowerLaw } from '../numerics/power-law.js';
import { angularError, type ImagePair } from '../recovery/errors.js';
import { randomImages, randomPriors, recoverFromRanges } from '../recovery/generative-prior.js';
import { count, largestLayer, studySchema } from '../settings.js';
import type { Study } from '../study.js';

const schema = studySchema(
  'The error of recovery from noisy measurements, for random networks and Algorithm 1.',
  {
    dimension: count.default(6).describe('n = p, the unknowns of each factor.'),
    hidden: count.default(24).describe('Width of the hidden layer of both networks.'),
    measurements: count.default(256).describe('ℓ, the number of measurements.'),
    noise: z
      .array(z.number().min(0).lt(1))
      .min(3)
      .default([0, 0.001, 0.003, 0.01, 0.03, 0.1])
      .describe('‖noise‖ / ‖y‖, in ascending order.'),
    trials: count.default(40).describe('Problems for each level of noise.'),
    starts: count.default(3).describe('Starting points; the one of least objective is kept.'),
    iterations: count.default(1500).describe('Iterations of Algorithm 1.'),
    stepSize: z.number().gt(0).default(0.25).describe('Its step size.'),
  },
  ({ dimension, hidden, measurements, trials, starts }) =>
    Math.max(
      largestLayer([dimension, hidden, measurements]),
      trials * starts * Math.max(hidden, measurements),
    ),
);

type Settings = z.output<typeof schema>;

const QUANTITIES = ['product w ⊙ x', 'signal w', 'distortion x'] as const;
type Quantity = (typeof QUANTITIES)[number];

/** Relative errors over the trials at one level of noise; of the factors after the best scaling. */
interface Level {
  readonly quantity: Quantity;
  /** ‖noise‖ / ‖y‖. */
  readonly noise: number;
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

export const robustness: Study<Settings> = {
  name: 'robustness',
  title: 'Recovery from noisy measurements',
  schema,
  large: {
    dimension: 12,
    hidden: 48,
    measurements: 1024,
    noise: [0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1],
    trials: 50,
    iterations: 3000,
  },
  async run(settings, { device, progress }) {
    const { seed, trials, noise, iterations, starts, stepSize, dimension, measurements } = settings;
    const random = (...name: (string | number)[]) => randomStream(seed, 'robustness', ...name);
    const priors = randomPriors([dimension, settings.hidden, measurements], seed, 'robustness');
    const signals = await randomImages(priors.signal, trials, random('signal'), device);
    const distortions = await randomImages(priors.distortion, trials, random('distortion'), device);

    const levels: Level[] = [];
    for (const [index, level] of noise.entries()) {
      progress(index / noise.length, `noise ${percent(level)}`);
      const observations = signals.map((signal, trial) => {
        const clean = times(signal, distortions[trial]!);
        const stream = random('noise', level, trial);
        const direction = Float64Array.from({ length: measurements }, () => stream.normal());
        return plus(clean, scaled(direction, (level * norm(clean)) / norm(direction)));
      });
      const solver = { iterations, restarts: starts, stepSize };
      const found = await recoverFromRanges(priors, observations, { solver, seed, device });
      const errors = found.map((estimate, trial) =>
        errorsOf({ signal: signals[trial]!, distortion: distortions[trial]! }, estimate),
      );
      levels.push(
        ...QUANTITIES.map(quantity =>
          levelOf(
            quantity,
            level,
            errors.map(error => error[quantity]),
          ),
        ),
      );
    }
    const laws = QUANTITIES.map(quantity => ({
      quantity,
      ...slopeOf(levels.filter(level => level.quantity === quantity)),
    }));
    const predicted = Math.sqrt((2 * dimension - 1) / measurements);
    return {
      result: { levels, laws, predicted },
      pictures: { robustness: await picture(levels, predicted) },
      findings: [
        ...laws.map(
          ({ quantity, exponent, factor }) =>
            `${quantity}: median error ${factor.toFixed(2)} · noise^${exponent.toFixed(2)}`,
        ),
        `least squares in the tangent space would give ${predicted.toFixed(2)} · noise for the product`,
      ],
    };
  },
};

/** The product's scale is determined, that of a factor is not. */
function errorsOf(truth: ImagePair, estimate: ImagePair): Record<Quantity, number> {
  const product = times(truth.signal, truth.distortion);
  return {
    'product w ⊙ x': norm(minus(times(estimate.signal, estimate.distortion), product)) / norm(product),
    'signal w': angularError(truth.signal, estimate.signal),
    'distortion x': angularError(truth.distortion, estimate.distortion),
  };
}

function levelOf(quantity: Quantity, noise: number, errors: readonly number[]): Level {
  return {
    quantity,
    noise,
    median: median(errors),
    lowerQuartile: quantile(errors, 0.25),
    upperQuartile: quantile(errors, 0.75),
  };
}

/** The line through the medians of the levels that have noise. */
function slopeOf(levels: readonly Level[]): PowerLaw {
  return fitPowerLaw(
    levels.filter(({ noise }) => noise > 0).map(level => ({ x: level.noise, y: level.median })),
  );
}

const COLOURS = ['#777', '#4269d0', '#e8553e'];

function picture(levels: readonly Level[], predicted: number): Promise<Uint8Array> {
  const shown = levels.filter(({ noise }) => noise > 0);
  const noises = [...new Set(shown.map(({ noise }) => noise))];
  return plotPng(
    {
      title: 'Error of recovery by the noise of the measurements',
      subtitle:
        'Medians and quartiles; the factors after the best scaling. Dotted: what least squares in the tangent space leaves of the noise in the product, sqrt((n + p − 1)/ℓ) of it.',
      marginLeft: 60,
      x: { type: 'log', label: 'noise, ‖noise‖ / ‖y‖ →', domain: [noises[0]! / 1.2, noises.at(-1)! * 1.2] },
      y: { type: 'log', label: '↑ relative error', grid: true, tickFormat: percent },
      color: { legend: true, domain: [...QUANTITIES], range: COLOURS },
      marks: [
        Plot.axisX(noises, { text: percent }),
        Plot.areaY(shown, {
          x: 'noise',
          y1: 'lowerQuartile',
          y2: 'upperQuartile',
          fill: 'quantity',
          fillOpacity: 0.15,
        }),
        Plot.line(shown, { x: 'noise', y: 'median', stroke: 'quantity', strokeWidth: 2.5, marker: 'circle' }),
        Plot.line(noises, {
          x: (noise: number) => noise,
          y: (noise: number) => predicted * noise,
          strokeDasharray: '1 5',
          strokeWidth: 2,
        }),
      ],
    },
    { width: 720, height: 480 },
  );
}

/** At most two digits: 0.1 %, 3 %. */
const percent = (fraction: number): string => `${Number((100 * fraction).toPrecision(2))} %`;
