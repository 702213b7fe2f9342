// The Weight Distribution Condition on trained generators, layer by layer, beside random weights of the same shape.

import { resolve } from 'node:path';
import {
  FACTORS,
  type Factor,
  median,
  norm,
  plus,
  type RandomStream,
  randomStream,
  scaled,
} from '@blind-demod/arrays';
import type { Generator } from '@blind-demod/dcgan';
import { loadGenerator } from '@blind-demod/dcgan/node';
import { z } from 'zod';
import { randomUnit } from '../numerics/directions.js';
import { type LinearLayer, linearLayers } from '../paper/generator-layers.js';
import {
  angleOf,
  gaussianProduct,
  type InputPair,
  productAt,
  relativeDeviations,
  tooFewRows,
} from '../paper/layer-deviation.js';
import { gaussianMap, type LinearMap, whitened } from '../paper/linear-maps.js';
import { relu } from '../paper/networks.js';
import { weightDistributionCondition } from '../paper/weight-distribution.js';
import { bestScaling } from '../paper/worst-directions.js';
import { count, studySchema } from '../settings.js';
import type { Study } from '../study.js';
import { trainedWeightsPicture } from './pictures/trained-weights.js';

const schema = studySchema(
  'How far the layers of trained generators are from the Weight Distribution Condition.',
  {
    generators: z
      .string()
      .min(1)
      .default('models/paper')
      .describe(
        'Folder of the trained generators signal/ and distortion/, relative to this file; without a file, to the working folder.',
      ),
    pairs: count.default(8).describe('Pairs of inputs at which each layer is compared with its expectation.'),
    starts: count.default(3).describe('Starting points of the search for the worst directions.'),
    steps: count.default(12).describe('Steps of ascent from each.'),
  },
);

type Settings = z.output<typeof schema>;

/** Medians over pairs of inputs of ‖t·W_{+,x}ᵀ W_{+,y} y − Q_{x,y} y‖ / ‖Q_{x,y} y‖. */
interface Deviations {
  readonly trained: number;
  /** Normal weights in the layer's own arrangement: a full matrix, or filters. */
  readonly sameStructure: number;
  /** A full matrix of normal weights. */
  readonly gaussian: number;
}

/** What was measured of a layer. */
export interface LayerReport {
  readonly factor: Factor;
  /** From 1, from the latent code to the image. */
  readonly layer: number;
  readonly kind: LinearLayer['kind'];
  readonly inputs: number;
  readonly outputs: number;
  /** At what the network itself feeds into the layer. */
  readonly ownInputs: Deviations;
  /** At inputs in random directions. */
  readonly randomInputs: Deviations;
  /** The median angle between two of the network's own inputs, in degrees. */
  readonly ownAngle: number;
  /** The fraction of outputs whose sign the bias changes; the theory has no biases. */
  readonly decidedByBias: number;
  /** The smallest ε after the best scaling, found by search; 0.5 for any weights where rows are too few. */
  readonly epsilon: WorstCase | 'too few rows';
}

interface WorstCase {
  readonly trained: number;
  /** Of W (WᵀW)^(−1/2): with the inputs stretched so that no direction stands out. */
  readonly whitened: number;
  readonly gaussian: number;
}

export const trainedWeights: Study<Settings> = {
  name: 'trained-weights',
  title: 'The Weight Distribution Condition on trained generators',
  schema,
  large: { pairs: 100, starts: 12, steps: 60 },
  async run(settings, { root, progress }) {
    const folder = resolve(root, settings.generators);
    const reports: LayerReport[] = [];
    for (const [index, factor] of FACTORS.entries()) {
      const generator = await loadGenerator(resolve(folder, factor), {
        remedy: 'train the generators, or set "generators" to a folder that holds signal/ and distortion/',
      });
      const tell = (done: number, note: string) =>
        progress((index + done) / FACTORS.length, `${factor}, ${note}`);
      reports.push(...measureGenerator(factor, generator, settings, tell));
    }
    return {
      result: { layers: reports },
      pictures: { 'trained-weights': await trainedWeightsPicture(reports) },
      findings: reports.map(describeLayer),
    };
  },
};

function describeLayer({
  factor,
  layer,
  inputs,
  outputs,
  ownInputs,
  epsilon,
  decidedByBias,
}: LayerReport): string {
  const { trained, sameStructure, gaussian } = ownInputs;
  const worst =
    epsilon === 'too few rows'
      ? 'ε = 0.5 for any weights of this shape'
      : `ε ≥ ${two(epsilon.trained)} (whitened ${two(epsilon.whitened)}, Gaussian ${two(epsilon.gaussian)})`;
  return (
    `${factor} layer ${layer}, ${inputs} → ${outputs}: off by ${two(trained)} at its own inputs ` +
    `(random weights ${two(sameStructure)}, full Gaussian ${two(gaussian)}); ${worst}; ` +
    `bias decides ${Math.round(100 * decidedByBias)} % of the signs`
  );
}

const two = (value: number): string => value.toFixed(2);

export function measureGenerator(
  factor: Factor,
  generator: Generator,
  settings: Pick<Settings, 'seed' | 'pairs' | 'starts' | 'steps'>,
  tell: (done: number, note: string) => void,
): LayerReport[] {
  const layers = linearLayers(generator);
  const codes = randomStream(settings.seed, 'trained weights', factor, 'codes');
  let inputs: Float64Array[] = Array.from({ length: 2 * settings.pairs }, () =>
    Float64Array.from({ length: generator.latentDimension }, () => codes.normal()),
  );
  return layers.map((layer, index): LayerReport => {
    tell(index / layers.length, `layer ${index + 1}`);
    const random = (name: string) => randomStream(settings.seed, 'trained weights', factor, name, index);
    const { map, bias } = layer;
    const units = inputs.map(input => scaled(input, 1 / norm(input)));
    const own = pairsOf(units);
    const directions = random('directions');
    const anywhere = pairsOf(units.map(unit => randomUnit(unit.length, directions)));
    const sameStructure = layer.random(random('filters'));
    const compare = (pairs: readonly InputPair[], name: string): Deviations => {
      const gaussian = random(`Gaussian at ${name}`);
      return {
        trained: median(relativeDeviations(pairs.map(pair => productAt(map, pair)))),
        sameStructure: median(relativeDeviations(pairs.map(pair => productAt(sameStructure, pair)))),
        gaussian: median(
          relativeDeviations(pairs.map(pair => gaussianProduct(angleOf(pair), map, gaussian))),
        ),
      };
    };
    const products = inputs.map(input => map.apply(input));
    const outputs = products.map(product => plus(product, bias));
    const report: LayerReport = {
      factor,
      layer: index + 1,
      kind: layer.kind,
      inputs: map.columns,
      outputs: map.rows,
      ownInputs: compare(own, 'own inputs'),
      randomInputs: compare(anywhere, 'random inputs'),
      ownAngle: (median(own.map(angleOf)) * 180) / Math.PI,
      decidedByBias: changedSigns(products, outputs),
      epsilon: tooFewRows(map) ? 'too few rows' : worstCase(map, settings, random),
    };
    inputs = outputs.map(relu);
    return report;
  });
}

/** Consecutive ones as pairs. */
function pairsOf(units: readonly Float64Array[]): InputPair[] {
  return Array.from({ length: units.length / 2 }, (_, pair) => [units[2 * pair]!, units[2 * pair + 1]!]);
}

function changedSigns(before: readonly Float64Array[], after: readonly Float64Array[]): number {
  let changed = 0;
  before.forEach((values, i) => {
    values.forEach((value, row) => {
      if (value > 0 !== after[i]![row]! > 0) changed++;
    });
  });
  return changed / (before.length * before[0]!.length);
}

function worstCase(
  map: LinearMap,
  settings: Pick<Settings, 'starts' | 'steps'>,
  random: (name: string) => RandomStream,
): WorstCase {
  const search = (weights: LinearMap, name: string) => {
    // The scale at which rows are as long as those of N(0, 1/ℓ) entries.
    const initialScale = weights.columns / weights.squaredNorm;
    return bestScaling(weightDistributionCondition(weights), settings, random(`search ${name}`), initialScale)
      .epsilon;
  };
  return {
    trained: search(map, 'trained'),
    whitened: search(whitened(map), 'whitened'),
    gaussian: search(gaussianMap(map.rows, map.columns, random('Gaussian')), 'Gaussian'),
  };
}
