// The picture of the study descent: slopes, the axes, ρ by depth.
import { panelsPng, plotPanel } from '@blind-demod/picture/plots';
import * as Plot from '@observablehq/plot';
import { spuriousScale } from '../../paper/expectation.js';
import type { Slope } from '../../paper/slopes.js';
import type { AxisCurve, ScaleAtDepth } from '../descent.js';

export function descentPicture(
  slopes: readonly Slope[],
  paths: readonly Slope[],
  curves: readonly AxisCurve[],
  scales: readonly ScaleAtDepth[],
): Promise<Uint8Array> {
  const curve = Array.from({ length: 19 }, (_, i) => ({ depth: i + 2, rho: spuriousScale(i + 2) }));
  const measured = scales.flatMap(({ depth, measured }) => measured.map(rho => ({ depth, rho })));
  return panelsPng(
    [
      plotPanel({
        title: 'Slope by distance to the hyperbolas',
        subtitle: 'circles: points everywhere; dots: along gradient descents',
        x: {
          label: 'distance to the nearest hyperbola',
          type: 'log',
          domain: [1e-3, 3],
          clamp: true,
          grid: true,
          tickFormat: '.0e',
          ticks: [1e-3, 1e-2, 1e-1, 1],
        },
        y: { label: 'relative slope', type: 'log', grid: true, tickFormat: '.0e', ticks: 5 },
        color: {
          legend: true,
          domain: ['(h0, m0)', '(−ρ1 h0, m0)', '(h0, −ρ2 m0)', '(−ρ1 h0, −ρ2 m0)'],
          range: ['#d62728', '#ff7f0e', '#bc8f00', '#9467bd'],
        },
        marks: [
          Plot.dot(paths, { x: 'distance', y: 'slope', fill: 'hyperbola', r: 1.8 }),
          Plot.dot(slopes, { x: 'distance', y: 'slope', stroke: 'hyperbola', r: 3 }),
        ],
      }),
      plotPanel({
        title: 'Leaving the axes',
        subtitle: 'f along lines through points (h, 0), (0, m) and (0, 0)',
        x: { label: 'step' },
        y: { label: 'f / f(0, 0)', grid: true },
        marks: [
          Plot.ruleY([1], { stroke: '#999' }),
          Plot.line(curves, { x: 'step', y: 'value', z: 'direction', stroke: '#4269d0', strokeWidth: 1 }),
          Plot.dot([[0, 1]], { r: 4, fill: 'black' }),
        ],
      }),
      plotPanel({
        title: 'ρ by depth',
        subtitle: 'circles: measured; line: the recursion',
        x: { label: 'depth d' },
        y: { label: 'ρ', domain: [0, 1.2], grid: true },
        marks: [
          Plot.line(curve, { x: 'depth', y: 'rho', stroke: '#999' }),
          Plot.dot(measured, { x: 'depth', y: 'rho', stroke: '#4269d0', r: 2.5, strokeWidth: 1 }),
        ],
      }),
    ],
    {
      width: 1080,
      height: 450,
      caption:
        'Left: on the true hyperbola the slope vanishes; on the expected places of the spurious ones networks of this size have a small slope left. Distances below 0.001 are drawn at 0.001. Right: each circle is another pair of networks or of true codes.',
    },
  );
}
