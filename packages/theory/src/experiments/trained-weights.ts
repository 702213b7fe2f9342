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
import { type Panel, panelsPng, plotPanel } from '@blind-demod/picture';
import * as Plot from '@observablehq/plot';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { z } from 'zod';
import { bestScaling, randomUnit } from '../ascent.js';
import {
  angleOf,
  gaussianProduct,
  type InputPair,
  productAt,
  relativeDeviations,
  tooFewRows,
} from '../layer-deviation.js';
import { denseMap, gaussianMap, type LinearLayer, type LinearMap, linearLayers } from '../linear-maps.js';
import { relu } from '../networks.js';
import { count, studySchema } from '../settings.js';
import type { Study } from '../study.js';
import { weightDistributionCondition } from '../weight-distribution.js';

const schema = studySchema(
  'How far the layers of trained generators are from the Weight Distribution Condition.',
  {
    generators: z
      .string()
      .min(1)
      .default('../../models/paper')
      .describe('Folder of the trained generators signal/ and distortion/, relative to this file.'),
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

interface LayerReport {
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
      pictures: { 'trained-weights': await picture(reports) },
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

/** W (WᵀW)^(−1/2), whose columns are orthonormal. */
function whitened(map: LinearMap): LinearMap {
  const columns = Array.from({ length: map.columns }, (_, column) => {
    const unit = new Float64Array(map.columns);
    unit[column] = 1;
    return map.apply(unit);
  });
  const weights = new Matrix(columns).transpose();
  const { realEigenvalues, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(
    weights.transpose().mmul(weights),
    {
      assumeSymmetric: true,
    },
  );
  const root = vectors
    .mmul(Matrix.diag(realEigenvalues.map(value => 1 / Math.sqrt(value))))
    .mmul(vectors.transpose());
  return denseMap(map.rows, map.columns, Float64Array.from(weights.mmul(root).to1DArray()));
}

const WEIGHTS = {
  trained: 'trained',
  sameStructure: 'random, same structure',
  gaussian: 'full Gaussian matrix',
} as const;
const [TRAINED, SAME_STRUCTURE, GAUSSIAN] = ['#e8553e', '#4269d0', '#777'];

function picture(reports: readonly LayerReport[]): Promise<Uint8Array> {
  return panelsPng([...FACTORS.map(factor => deviationPanel(factor, reports)), epsilonPanel(reports)], {
    width: 1380,
    height: 500,
  });
}

function deviationPanel(factor: Factor, reports: readonly LayerReport[]): Panel {
  const own = reports.filter(report => report.factor === factor);
  const points = own.flatMap(report =>
    (['ownInputs', 'randomInputs'] as const).flatMap(at =>
      (Object.keys(WEIGHTS) as (keyof typeof WEIGHTS)[]).map(weights => ({
        layer: layerName(report),
        at: at === 'ownInputs' ? 'own inputs' : 'random inputs',
        weights: WEIGHTS[weights],
        deviation: report[at][weights],
      })),
    ),
  );
  const of = (weights: keyof typeof WEIGHTS) => points.filter(point => point.weights === WEIGHTS[weights]);
  const place = { x: 'deviation', y: 'at', fy: 'layer' };
  return plotPanel({
    title: `Layers of the ${factor} generator`,
    subtitle: 'Relative deviation of W₊ᵀW₊y from its Gaussian expectation, after the best scaling.',
    marginLeft: 128,
    marginRight: 28,
    marginBottom: 36,
    x: { label: 'deviation (1: no better than zero weights) →', domain: [0, 1], grid: true },
    y: { domain: ['own inputs', 'random inputs'], label: null },
    fy: { domain: own.map(layerName), label: null, axis: 'left' },
    color: { legend: true, domain: Object.values(WEIGHTS), range: [TRAINED, SAME_STRUCTURE, GAUSSIAN] },
    marks: [
      Plot.ruleY(points, { y: 'at', fy: 'layer', stroke: '#eee' }),
      Plot.tickX(of('gaussian'), { ...place, stroke: 'weights', strokeWidth: 2.5, inset: 1 }),
      Plot.dot(of('sameStructure'), { ...place, stroke: 'weights', strokeWidth: 2, r: 5 }),
      Plot.dot(of('trained'), { ...place, fill: 'weights', r: 5 }),
    ],
  });
}

/** The worst case, of the layers that have rows enough for any weights to do well. */
function epsilonPanel(reports: readonly LayerReport[]): Panel {
  const bars = reports.flatMap(({ factor, layer, epsilon }) => {
    if (epsilon === 'too few rows') return [];
    const group = `${factor}, layer ${layer}`;
    return [
      { group, weights: 'trained', epsilon: epsilon.trained },
      { group, weights: 'whitened', epsilon: epsilon.whitened },
      { group, weights: 'Gaussian', epsilon: epsilon.gaussian },
    ];
  });
  return plotPanel({
    title: 'Worst directions: ε after the best scaling',
    subtitle: 'The other layers have fewer than 3n − 1 rows: ε = 0.5, whatever their weights.',
    marginBottom: 36,
    x: { axis: null, domain: ['trained', 'whitened', 'Gaussian'] },
    y: { label: '↑ ε (0.5: no better than zero weights)', domain: [0, 0.5], grid: true },
    fx: { label: null, domain: [...new Set(bars.map(({ group }) => group))] },
    color: {
      legend: true,
      domain: ['trained', 'whitened', 'Gaussian'],
      range: [TRAINED, '#efb118', GAUSSIAN],
    },
    marks: [
      Plot.barY(bars, { x: 'weights', y: 'epsilon', fx: 'group', fill: 'weights' }),
      Plot.text(bars, { x: 'weights', y: 'epsilon', fx: 'group', text: bar => two(bar.epsilon), dy: -7 }),
    ],
  });
}

const layerName = ({ layer, inputs, outputs }: LayerReport): string => `${layer}: ${inputs} → ${outputs}`;
