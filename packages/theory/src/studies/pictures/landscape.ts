// The pictures of the study landscape: f as a surface, and from above with the paths of Algorithm 1.
import { panelsPng, plotPanel, surfacePanel } from '@blind-demod/picture/plots';
import * as Plot from '@observablehq/plot';
import { QUADRANTS, type Quadrant } from '../../paper/quadrants.js';
import type { Descent } from '../../recovery/algorithm1.js';
import type { Valley } from '../landscape.js';

/** Of the bottoms of the valleys. */
const STROKES: Readonly<Record<Quadrant['name'], string>> = {
  '(+, +)': '#d62728',
  '(−, +)': '#ff7f0e',
  '(+, −)': '#ff7f0e',
  '(−, −)': '#9467bd',
};

/** f over f on the axes: below 1 are the valleys, shallow ones too, above 1 the walls. */
const COLOR = {
  type: 'diverging-pow',
  exponent: 0.35,
  pivot: 1,
  symmetric: false,
  domain: [0, 3],
  clamp: true,
  scheme: 'BuRd',
} as const;
const PATH = '#0a7a2f';
const CUT = 1.4;
/** Close together around 1, where the shallow valleys are. */
const LEVELS = [
  0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.86, 0.9, 0.92, 0.94, 0.96, 0.98, 0.99, 0.995, 1, 1.01,
  1.05, 1.1, 1.2, 1.4, 1.7, 2, 2.5, 3,
];

/** The bottom of a valley as a curve inside the plane shown: its points (h, m). */
function hyperbola(
  { product }: Valley,
  [a, b]: readonly [number, number],
  extent: number,
): [number, number][] {
  const steps = 80;
  const low = Math.log(product / extent);
  const high = Math.log(extent);
  return Array.from({ length: steps + 1 }, (_, i) => {
    const h = Math.exp(low + (i / steps) * (high - low));
    return [a * h, (b * product) / h];
  });
}

/** f as a surface, from two sides, with the bottoms of its valleys. */
export function surfacePicture(
  grid: number[][],
  axis: readonly number[],
  valleys: readonly Valley[],
): Promise<Uint8Array> {
  const extent = axis.at(-1)!;
  const color = Plot.scale({ color: COLOR } as Plot.ScaleOptions as never) as unknown as {
    apply(value: number): string;
  };
  const view = { x: axis, y: axis, z: grid, low: 0, high: CUT, color: color.apply, height: 0.75 };
  const curves = QUADRANTS.map(({ name, signs }, index) => ({
    stroke: STROKES[name],
    points: hyperbola(valleys[index]!, signs, extent).map(([h, m]) => [h, m, valleys[index]!.depth] as const),
  }));
  const labels = { x: 'h', y: 'm', z: 'f(h, m) / f(0, 0)' };
  return panelsPng(
    [
      surfacePanel({ ...view, curves, labels, azimuth: -22, elevation: 36 }),
      surfacePanel({ ...view, curves, labels, azimuth: 222, elevation: 42 }),
    ],
    {
      width: 900,
      height: 370,
      title: 'The landscape for h0 = m0 = 1, along the true valley, and from the side of the spurious ones',
      caption: `Two-layer networks with one input each. The surface is cut off at f = ${CUT} f(0, 0). Red: the global minimisers hm = 1. Orange and purple: the bottoms of the three spurious valleys, all of them much shallower.`,
    },
  );
}

/** The same from above, a panel for each way of descending: f by colour, the hyperbolas, the paths. */
export function topPicture(
  grid: number[][],
  axis: readonly number[],
  valleys: readonly Valley[],
  paths: readonly { title: string; subtitle: string; descent: Descent }[],
): Promise<Uint8Array> {
  const extent = axis.at(-1)!;
  const values = grid.flat().map(value => Math.min(value, 2 * COLOR.domain[1]));
  const curves = QUADRANTS.flatMap(({ signs, name }, index) =>
    hyperbola(valleys[index]!, signs, extent).map(([h, m]) => ({ h, m, quadrant: name })),
  );
  const panels = paths.map(({ title, subtitle, descent: { codes } }) => {
    const steps = codes.flatMap(pairs =>
      pairs.map(({ signal, distortion }, path) => ({ path, h: signal[0]!, m: distortion[0]! })),
    );
    const count = codes[0]!.length;
    const [first, rest, starts, ends] = [
      steps.slice(0, 2 * count),
      steps.slice(count),
      steps.slice(0, count),
      steps.slice(-count),
    ];
    return plotPanel({
      title,
      subtitle,
      x: { domain: [-extent, extent], label: 'h', ticks: [-2, -1, 0, 1, 2] },
      y: { domain: [-extent, extent], label: 'm', ticks: [-2, -1, 0, 1, 2] },
      color: { ...COLOR, legend: true, label: 'f(h, m) / f(0, 0)' },
      marks: [
        Plot.contour(values, {
          width: axis.length,
          height: axis.length,
          x1: -extent,
          y1: -extent,
          x2: extent,
          y2: extent,
          fill: Plot.identity,
          thresholds: LEVELS,
          stroke: '#0003',
          strokeWidth: 0.4,
        } as Plot.ContourOptions),
        Plot.line(curves, {
          x: 'h',
          y: 'm',
          z: 'quadrant',
          stroke: '#222',
          strokeDasharray: '5,3',
          strokeWidth: 1.4,
        }),
        Plot.line(first, {
          x: 'h',
          y: 'm',
          z: 'path',
          stroke: PATH,
          strokeWidth: 1.2,
          strokeDasharray: '2,3',
        }),
        Plot.line(rest, { x: 'h', y: 'm', z: 'path', stroke: 'white', strokeWidth: 4 }),
        Plot.line(rest, { x: 'h', y: 'm', z: 'path', stroke: PATH, strokeWidth: 2.2 }),
        Plot.dot(starts, { x: 'h', y: 'm', r: 4, fill: 'white', stroke: PATH }),
        Plot.dot(ends, { x: 'h', y: 'm', r: 4.5, fill: PATH, stroke: 'white' }),
        Plot.frame(),
      ],
    });
  });
  return panelsPng(panels, {
    width: 900,
    height: 575,
    caption:
      'Blue: below the value on the axes; red: above. Dashed: the four hyperbolas, measured. Green: paths of Algorithm 1 from open to filled circles; dotted the first iteration, which chooses the signs and makes |h| = |m|, solid the rest.',
  });
}
