// groups.svg: what pictures that share a distortion are worth to one another, by how many they are.
import * as Plot from '@observablehq/plot';
import type { Condition } from '../trials/conditions.js';
import type { Summarised } from './summary.js';
import { svgFile } from './svg-file.js';

const COLOURS = ['#1a63b8', '#c2571a', '#3d7a34', '#7a4aa3'];

interface Point {
  readonly pictures: number;
  /** The method, and the noise where there is some. */
  readonly line: string;
  readonly median: number;
  readonly percentile10: number;
}

/**
 * An SVG picture with a white background: the median PSNR of the signal against the number of pictures, and a band down to
 * the 10th percentile, for each method and each strength of noise. Nothing where all conditions have one number of pictures.
 */
export function groupsPlot(
  results: readonly (Summarised & { readonly condition: Condition })[],
): string | undefined {
  const points = results.flatMap(({ condition, method, summary: { signal } }): Point[] => {
    const { noise, missing, exposure = 1, group = 1 } = condition;
    if (signal === null || missing > 0 || exposure !== 1) return [];
    const line = noise === 0 ? method.title : `${method.title}, noise ${noise}`;
    return [{ ...signal.psnr, pictures: group, line }];
  });
  const numbers = [...new Set(points.map(({ pictures }) => pictures))].sort((a, b) => a - b);
  const lines = [...new Set(points.map(({ line }) => line))].filter(
    line => points.filter(point => point.line === line).length > 1,
  );
  if (lines.length === 0) return undefined;
  const shown = points.filter(({ line }) => lines.includes(line)).sort((a, b) => a.pictures - b.pictures);
  const channels = { x: 'pictures', stroke: 'line', fill: 'line' } as const;
  return svgFile({
    width: 720,
    height: 400,
    marginRight: 220,
    x: { type: 'log', base: 2, ticks: numbers, tickFormat: String, label: 'pictures of one light' },
    y: { label: 'PSNR of the signal, dB: median, and down to the 10th percentile', grid: true, nice: true },
    color: { domain: lines, range: COLOURS },
    marks: [
      Plot.areaY(shown, { ...channels, stroke: 'none', y1: 'percentile10', y2: 'median', fillOpacity: 0.15 }),
      Plot.line(shown, { x: 'pictures', y: 'median', stroke: 'line', strokeWidth: 2 }),
      Plot.dot(shown, { ...channels, y: 'median', r: 3 }),
      Plot.text(
        shown.filter(({ pictures }) => pictures === numbers.at(-1)),
        { x: 'pictures', y: 'median', text: 'line', fill: 'line', textAnchor: 'start', dx: 8 },
      ),
    ],
    className: 'groups',
    ariaLabel: 'Median PSNR of the signal against the number of pictures of one light',
  });
}
