// The picture of the study phase-transition: the fraction recovered by unknowns and measurements, for each prior.
import { mean } from '@blind-demod/arrays';
import { type Panel, panelsPng, plotPanel } from '@blind-demod/picture/plots';
import * as Plot from '@observablehq/plot';
import type { Cell, PhaseTransitionSettings, Prior, Threshold } from '../phase-transition.js';

const TITLES: Record<Prior, string> = {
  generative: 'Generative prior: Algorithm 1',
  subspace: 'Subspace prior: alternating least squares',
  sparsity: 'Sparsity prior: alternating hard thresholding',
};

const LINE = { x: 'x', y: 'y', stroke: '#ff4d3d', strokeWidth: 2.5, clip: true } as const;

/** A panel for each prior. */
export function phaseTransitionPicture(
  cells: readonly Cell[],
  thresholds: readonly Threshold[],
  settings: PhaseTransitionSettings,
): Promise<Uint8Array> {
  const panels = (Object.keys(TITLES) as Prior[]).map(prior =>
    successPanel(
      TITLES[prior],
      cells.filter(cell => cell.prior === prior),
      thresholds.filter(threshold => threshold.prior === prior),
      settings,
    ),
  );
  return panelsPng(panels, { width: 1380, height: 520 });
}

function successPanel(
  title: string,
  cells: readonly Cell[],
  thresholds: readonly Threshold[],
  { dimensions, measurements }: PhaseTransitionSettings,
): Panel {
  const [across, up] = [edges(dimensions.map(dimension => 2 * dimension)), edges(measurements)];
  const line = (shape: (unknowns: number) => number) => {
    // Each line is as high as fits the thresholds best: only their slopes compete.
    const ratios = thresholds.map(({ dimension, measurements }) =>
      Math.log(measurements / shape(2 * dimension)),
    );
    const factor = Math.exp(mean(ratios));
    return dimensions.map(dimension => ({ x: 2 * dimension, y: factor * shape(2 * dimension) }));
  };
  const lines =
    thresholds.length === 0
      ? []
      : [
          Plot.line(
            line(unknowns => unknowns),
            LINE,
          ),
          Plot.line(
            line(unknowns => unknowns ** 2),
            { ...LINE, strokeDasharray: '6 5' },
          ),
        ];
  return plotPanel({
    title,
    subtitle:
      'Fraction recovered. Red: ℓ = c(n + p); dashed: ℓ = c(n² + p²), c fitted to the dots, where it is one half.',
    marginLeft: 46,
    marginRight: 20,
    x: { type: 'log', label: 'unknowns n + p →' },
    y: {
      type: 'log',
      label: '↑ measurements ℓ',
      domain: [up(measurements[0]!)[0], up(measurements.at(-1)!)[1]],
    },
    color: { legend: true, type: 'linear', scheme: 'viridis', domain: [0, 1], label: 'recovered' },
    marks: [
      // Every value named: Plot leaves out some on logarithmic axes.
      Plot.axisX(
        dimensions.map(dimension => 2 * dimension),
        { text: String },
      ),
      Plot.axisY(measurements, { text: String }),
      Plot.rect(cells, {
        x1: ({ dimension }: Cell) => across(2 * dimension)[0],
        x2: ({ dimension }: Cell) => across(2 * dimension)[1],
        y1: (cell: Cell) => up(cell.measurements)[0],
        y2: (cell: Cell) => up(cell.measurements)[1],
        fill: 'success',
      }),
      ...lines,
      Plot.dot(thresholds, {
        x: ({ dimension }: Threshold) => 2 * dimension,
        y: 'measurements',
        r: 4,
        fill: 'white',
        stroke: 'black',
      }),
    ],
  });
}

/** The interval of each value on a logarithmic axis: halfway to its neighbours. */
function edges(values: readonly number[]): (value: number) => [number, number] {
  return value => {
    const index = values.indexOf(value);
    const [before, after] = [values[index - 1], values[index + 1]];
    const low = before === undefined ? value / Math.sqrt(after! / value) : Math.sqrt(before * value);
    const high = after === undefined ? value * Math.sqrt(value / before!) : Math.sqrt(value * after);
    return [low, high];
  };
}
