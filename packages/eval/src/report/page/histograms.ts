// Histograms one above the other on one axis, each with its median.

import { median } from '@blind-demod/arrays';
import * as Plot from '@observablehq/plot';

export interface Histogram {
  readonly name: string;
  /** Of those in style.ts. */
  readonly colour: string;
  readonly values: readonly number[];
}

/**
 * @param axis how wide a bin is; on a logarithmic axis, in decades.
 * @param show how a median is written.
 */
export function histograms(
  rows: readonly Histogram[],
  axis: { readonly label: string; readonly step: number; readonly scale: 'linear' | 'log' },
  show: (value: number) => string,
): Plot.PlotOptions {
  const edges = binEdges(
    rows.flatMap(({ values }) => values),
    axis,
  );
  const medians = rows.map(({ name, colour, values }) => {
    const middle = median(values);
    return { name, colour: `var(--${colour})`, median: middle, told: `median ${show(middle)}` };
  });
  const text = { fy: 'name', dy: -13, fontWeight: 600 } as const;
  return {
    marginLeft: 30,
    x: {
      type: axis.scale,
      label: axis.label,
      domain: [edges[0]!, edges.at(-1)!],
      ticks: 5,
      ...(axis.scale === 'log' && { tickFormat: '~g' }),
    },
    y: { label: null, ticks: 3, grid: true },
    fy: { domain: rows.map(({ name }) => name), label: null, axis: null, padding: 0.24 },
    marks: [
      ...rows.map(({ name, colour, values }) =>
        Plot.rectY(
          values.map(value => ({ name, value })),
          Plot.binX<Plot.RectYOptions>(
            { y: 'count' },
            { x: { value: 'value', thresholds: edges }, fy: 'name', fill: `var(--${colour})`, inset: 0.5 },
          ),
        ),
      ),
      Plot.ruleY([0], { stroke: 'var(--soft)' }),
      Plot.ruleX(medians, { x: 'median', fy: 'name', stroke: 'var(--ink)', strokeWidth: 1.5 }),
      Plot.text(medians, { ...text, text: 'name', frameAnchor: 'top-left', fill: 'colour' }),
      Plot.text(medians, { ...text, text: 'told', frameAnchor: 'top-right' }),
    ],
  };
}

/** Multiples of the step, or powers of ten of them, around all values. */
function binEdges(
  values: readonly number[],
  { step, scale }: { step: number; scale: 'linear' | 'log' },
): number[] {
  const [to, from] = scale === 'log' ? [Math.log10, (x: number) => 10 ** x] : [Number, Number];
  const first = Math.floor(to(Math.min(...values)) / step);
  const last = Math.floor(to(Math.max(...values)) / step) + 1;
  return Array.from({ length: last - first + 1 }, (_, index) => from((first + index) * step));
}
