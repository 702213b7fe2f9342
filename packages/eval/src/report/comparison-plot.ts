// comparison.svg: the PSNR of every method, a column for each condition.
import * as Plot from '@observablehq/plot';
import type { Summarised } from './summary.js';
import { INK, SOFT, svgFile } from './svg-file.js';

/** In pixels; a letter is counted as its usual width. */
const LETTER = 6.6;
const COLUMN = 170;
const ROW = 24;
const MARGINS = { top: 34, bottom: 40, right: 8 } as const;

/** Bars end here, in dB, at the latest: beyond it no difference can be seen, and the others would be short. */
const LONGEST = 60;

const BAR = '#1a63b8';

interface Bar {
  readonly condition: string;
  readonly method: string;
  readonly median: number;
  readonly percentile10: number;
}

/**
 * An SVG picture with a white background: a row per method, a column per condition, a bar up to the median PSNR of the
 * signal or `LONGEST`, lighter beyond the 10th percentile, with the median written at its end.
 */
export function comparisonPlot(results: readonly Summarised[]): string {
  const bars = results.flatMap(({ condition, method, summary: { signal } }): Bar[] =>
    signal === null
      ? []
      : [
          {
            condition: condition.title,
            method: method.title,
            median: signal.psnr.median,
            percentile10: signal.psnr.percentile10,
          },
        ],
  );
  const conditions = [...new Set(bars.map(({ condition }) => condition))];
  const methods = [...new Set(bars.map(({ method }) => method))];
  const most = Math.min(LONGEST, Math.max(0, ...bars.map(({ median }) => median)));
  const ticks = [0, 20, 40, 60].filter(tick => tick <= most);
  const labels = 16 + LETTER * Math.max(0, ...methods.map(({ length }) => length));
  const cut = (value: number) => Math.min(LONGEST, value);
  return svgFile({
    width: labels + COLUMN * conditions.length + MARGINS.right,
    height: MARGINS.top + ROW * methods.length + MARGINS.bottom,
    marginLeft: labels,
    marginTop: MARGINS.top,
    marginRight: MARGINS.right,
    marginBottom: MARGINS.bottom,
    fx: { domain: conditions, label: null, padding: 0.08 },
    y: { domain: methods, label: null, padding: 0.25, tickSize: 0 },
    // Room for the number behind the longest bar.
    x: {
      domain: [0, 1.28 * most],
      ticks,
      label: `PSNR of the signal, dB: median, lighter beyond the 10th percentile; cut at ${LONGEST}`,
      labelAnchor: 'right',
      labelArrow: 'none',
    },
    marks: [
      Plot.gridX(ticks, { stroke: SOFT, strokeOpacity: 0.15 }),
      Plot.barX(bars, {
        fx: 'condition',
        y: 'method',
        x1: 0,
        x2: ({ median }: Bar) => cut(median),
        fill: BAR,
        fillOpacity: 0.35,
      }),
      Plot.barX(bars, {
        fx: 'condition',
        y: 'method',
        x1: 0,
        x2: ({ percentile10 }: Bar) => cut(percentile10),
        fill: BAR,
      }),
      Plot.text(bars, {
        fx: 'condition',
        y: 'method',
        x: ({ median }: Bar) => cut(median),
        text: ({ median }: Bar) => median.toFixed(1),
        textAnchor: 'start',
        dx: 4,
        fill: INK,
      }),
      Plot.ruleX([0], { stroke: SOFT }),
    ],
    className: 'comparison',
    ariaLabel: 'Median PSNR of the signal by method and condition',
  });
}
