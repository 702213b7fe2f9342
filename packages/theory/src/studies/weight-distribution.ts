// The Weight Distribution Condition and the joint one: how fast ε falls as a layer of random weights becomes expansive.
import { median, randomStream } from '@blind-demod/arrays';
import { panelsPng, plotPanel } from '@blind-demod/picture/plots';
import * as Plot from '@observablehq/plot';
import { z } from 'zod';
import { fitPowerLaw, type PowerLaw } from '../numerics/power-law.js';
import { gaussianMap } from '../paper/linear-maps.js';
import { type Condition, jointCondition, weightDistributionCondition } from '../paper/weight-distribution.js';
import { largestDeviation } from '../paper/worst-directions.js';
import { count, studySchema } from '../settings.js';
import type { Study } from '../study.js';

const schema = studySchema(
  'The smallest ε with which random weights satisfy the weight distribution conditions.',
  {
    dimensions: z
      .array(count)
      .min(1)
      .default([4, 8, 16])
      .describe('n, the inputs of the layer; p = n for the joint condition.'),
    expansivities: z
      .array(z.int().min(2))
      .min(4)
      .default([4, 8, 16, 32, 64, 128, 256, 512])
      .describe('ℓ/n, the outputs per input, in ascending order.'),
    draws: count.default(3).describe('Random layers for each n and ℓ; their median is shown.'),
    starts: count.default(6).describe('Starting points of the search for the worst directions.'),
    steps: count.default(25).describe('Steps of ascent from each.'),
  },
  ({ dimensions, expansivities }) => Math.max(...dimensions) ** 2 * Math.max(...expansivities),
);

type Settings = z.output<typeof schema>;
type ConditionName = 'WDC' | 'joint-WDC';

/** What was found for random layers of one shape: medians over the draws. */
interface Measurement {
  readonly condition: ConditionName;
  readonly inputs: number;
  readonly outputs: number;
  /** The smallest ε found. */
  readonly epsilon: number;
  /** The median deviation at random directions. */
  readonly typical: number;
}

/** ε as a power of ℓ/n, fitted over the smaller and over the larger half of the expansivities. */
interface Law {
  readonly condition: ConditionName;
  readonly inputs: number;
  readonly small: PowerLaw;
  readonly large: PowerLaw;
}

export const weightDistribution: Study<Settings> = {
  name: 'weight-distribution',
  title: 'The weight distribution conditions of random layers',
  schema,
  large: { dimensions: [4, 8, 16, 32, 64], draws: 5, starts: 12, steps: 60 },
  async run(settings, { progress }) {
    const shapes = settings.dimensions.flatMap(inputs =>
      settings.expansivities.map(expansivity => ({ inputs, outputs: inputs * expansivity })),
    );
    // The work for a shape grows with the number of its weights.
    const work = shapes.map(({ inputs, outputs }) => inputs * outputs);
    const total = work.reduce((a, b) => a + b);
    let done = 0;
    const measurements = shapes.flatMap(({ inputs, outputs }, index) => {
      progress(done / total, `n = ${inputs}, ℓ = ${outputs}`);
      done += work[index]!;
      return measure(inputs, outputs, settings);
    });
    const laws = settings.dimensions.flatMap(inputs => [
      law('WDC', inputs, measurements),
      law('joint-WDC', inputs, measurements),
    ]);
    const ofWdc = measurements.filter(({ condition }) => condition === 'WDC');
    const constants = ofWdc.map(({ inputs, outputs, epsilon }) => epsilon / Math.sqrt(inputs / outputs));
    const [least, most] = [Math.min(...constants), Math.max(...constants)].map(value => value.toFixed(1));
    return {
      result: { measurements, laws },
      pictures: { 'weight-distribution': await picture(measurements) },
      findings: [
        ...laws.map(
          ({ condition, inputs, small, large }) =>
            `${condition}, n = ${inputs}: ε falls as (ℓ/n)^${small.exponent.toFixed(2)} over the smaller half of ℓ/n, ` +
            `as (ℓ/n)^${large.exponent.toFixed(2)} over the larger`,
        ),
        `WDC: ε is between ${least} and ${most} times sqrt(n/ℓ) for every n and ℓ`,
      ],
    };
  },
};

function measure(inputs: number, outputs: number, { seed, draws, starts, steps }: Settings): Measurement[] {
  const searches = Array.from({ length: draws }, (_, draw) => {
    const random = (name: string) => randomStream(seed, 'weight distribution', name, inputs, outputs, draw);
    const signalWeights = gaussianMap(outputs, inputs, random('signal'));
    const distortionWeights = gaussianMap(outputs, inputs, random('distortion'));
    const search = (condition: Condition, name: string) =>
      largestDeviation(condition, { starts, steps }, random(name));
    // The joint condition has two halves, equations 6 and 7, and ε has to do for both.
    const halves = [
      search(jointCondition(signalWeights, distortionWeights), 'joint-WDC'),
      search(jointCondition(distortionWeights, signalWeights), 'joint-WDC exchanged'),
    ];
    return {
      WDC: search(weightDistributionCondition(signalWeights), 'WDC'),
      'joint-WDC': {
        epsilon: Math.max(...halves.map(half => half.epsilon)),
        random: halves.flatMap(half => half.random),
      },
    };
  });
  return (['WDC', 'joint-WDC'] as const).map(condition => ({
    condition,
    inputs,
    outputs,
    epsilon: median(searches.map(each => each[condition].epsilon)),
    typical: median(searches.flatMap(each => each[condition].random)),
  }));
}

function law(condition: ConditionName, inputs: number, measurements: readonly Measurement[]): Law {
  const points = measurements
    .filter(each => each.condition === condition && each.inputs === inputs)
    .map(each => ({ x: expansivityOf(each), y: each.epsilon }));
  const half = points.length / 2;
  return {
    condition,
    inputs,
    small: fitPowerLaw(points.slice(0, Math.ceil(half))),
    large: fitPowerLaw(points.slice(Math.floor(half))),
  };
}

function picture(measurements: readonly Measurement[]): Promise<Uint8Array> {
  const dimensions = [...new Set(measurements.map(({ inputs }) => inputs))];
  const panel = (
    condition: ConditionName,
    title: string,
    reference: { text: string; at: (each: Measurement) => number },
  ) => {
    const shown = measurements.filter(each => each.condition === condition);
    const lines = (y: 'epsilon' | 'typical' | typeof reference.at, options: object) =>
      Plot.line(shown, { x: expansivityOf, y, z: 'inputs', stroke: nameOf, ...options });
    return plotPanel({
      title,
      subtitle: `Thick: the largest deviation found, below which ε cannot be. Thin: at random directions. Dotted: ${reference.text}.`,
      x: { type: 'log', label: 'expansivity ℓ/n →' },
      y: { type: 'log', label: '↑ ε', grid: true, ticks: 5, tickFormat: '~g' },
      color: { legend: true, domain: dimensions.map(inputs => nameOf({ inputs })), range: COLOURS },
      marks: [
        // Every value named: Plot leaves out some on logarithmic axes.
        Plot.axisX([...new Set(shown.map(expansivityOf))], { text: String }),
        lines(reference.at, { strokeWidth: 1.5, strokeDasharray: '2 4' }),
        lines('typical', { strokeWidth: 1 }),
        lines('epsilon', { strokeWidth: 2.5, marker: 'circle' }),
      ],
    });
  };
  return panelsPng(
    [
      panel('WDC', 'Weight Distribution Condition', {
        text: '2.5 sqrt(n/ℓ)',
        at: ({ inputs, outputs }) => 2.5 * Math.sqrt(inputs / outputs),
      }),
      panel('joint-WDC', 'Joint condition, p = n', {
        text: '5 n²/ℓ for each n',
        at: ({ inputs, outputs }) => (5 * inputs ** 2) / outputs,
      }),
    ],
    { width: 1040, height: 460 },
  );
}

const COLOURS = ['#4269d0', '#efb118', '#ff725c', '#6cc5b0', '#3ca951'];

const expansivityOf = ({ inputs, outputs }: Measurement): number => outputs / inputs;
const nameOf = ({ inputs }: Pick<Measurement, 'inputs'>): string => `n = ${inputs}`;
