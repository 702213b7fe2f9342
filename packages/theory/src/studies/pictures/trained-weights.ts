// The picture of the study trained-weights: deviations of the layers of both generators, and ε of their first layers.
import { FACTORS, type Factor } from '@blind-demod/arrays';
import { type Panel, panelsPng, plotPanel } from '@blind-demod/picture/plots';
import * as Plot from '@observablehq/plot';
import type { LayerReport } from '../trained-weights.js';

const WEIGHTS = {
  trained: 'trained',
  sameStructure: 'random, same structure',
  gaussian: 'full Gaussian matrix',
} as const;
const [TRAINED, SAME_STRUCTURE, GAUSSIAN] = ['#e8553e', '#4269d0', '#777'];

export function trainedWeightsPicture(reports: readonly LayerReport[]): Promise<Uint8Array> {
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
const two = (value: number): string => value.toFixed(2);
