// The picture of the study convergence: shares of starts that succeed, by ratio and by quadrant, and f by iteration.
import { panelsPng, plotPanel } from '@blind-demod/picture/plots';
import * as Plot from '@observablehq/plot';
import { QUADRANTS } from '../../paper/quadrants.js';
import type { ConvergenceSettings, Outcomes, QuadrantShare, Run } from '../convergence.js';

/** Of Algorithm 1, and of it without balancing, without the sign check and without either. */
const COLOURS = ['#0a7a2f', '#4269d0', '#ff7f0e', '#9467bd'] as const;
const COMPARED = ['Algorithm 1', 'no sign check'];
const COMPARED_COLOURS = [COLOURS[0], COLOURS[2]];

export function convergencePicture(
  outcomes: readonly Outcomes[],
  byQuadrant: readonly QuadrantShare[],
  runs: readonly Run[],
  { latentDimensions, imbalances, iterations }: ConvergenceSettings,
): Promise<Uint8Array> {
  const bars = outcomes.map(({ latentDimension, variant, imbalance, shares }) => ({
    dimension: `n = ${latentDimension}`,
    variant,
    ratio: imbalance,
    share: 100 * shares.global,
  }));
  const quadrants = byQuadrant.map(row => ({
    ...row,
    dimension: `n = ${row.latentDimension}`,
    share: 100 * row.share,
  }));
  const shown = runs.filter(
    run => run.latentDimension === latentDimensions.at(-1) && COMPARED.includes(run.variant),
  );
  const lines = shown.flatMap(({ variant, trace }, run) =>
    trace.flatMap((value, iteration) => (value > 1e-12 ? [{ run, variant, iteration, value }] : [])),
  );
  const color = {
    legend: true,
    domain: [...new Set(outcomes.map(({ variant }) => variant))],
    range: COLOURS,
  };
  const fx = { label: null, domain: latentDimensions.map(n => `n = ${n}`) };
  return panelsPng(
    [
      plotPanel({
        title: 'Starts that reach the true hyperbola',
        subtitle: 'by the ratio ‖h‖ / ‖m‖ of the start',
        color,
        fx,
        x: { label: '‖h‖ / ‖m‖', type: 'log', ticks: imbalances, tickFormat: 'd', inset: 10 },
        y: { label: '% of the starts', domain: [0, 100], grid: true },
        marks: [
          Plot.line(bars, {
            fx: 'dimension',
            x: 'ratio',
            y: 'share',
            z: 'variant',
            stroke: 'variant',
            marker: 'dot',
            strokeWidth: 2,
          }),
          Plot.frame({ stroke: '#ccc' }),
        ],
      }),
      plotPanel({
        title: 'The same by quadrant of the start',
        subtitle: 'signs of ⟨h, h0⟩ and ⟨m, m0⟩',
        color: { legend: true, domain: COMPARED, range: COMPARED_COLOURS },
        fx,
        x: { label: null, domain: QUADRANTS.map(({ name }) => name), tickRotate: -40 },
        y: { label: '% of the starts', domain: [0, 100], grid: true },
        marks: [
          Plot.barY(
            quadrants.filter(row => row.variant === 'Algorithm 1'),
            { fx: 'dimension', x: 'quadrant', y: 'share', fill: 'variant', insetRight: 9 },
          ),
          Plot.barY(
            quadrants.filter(row => row.variant !== 'Algorithm 1'),
            { fx: 'dimension', x: 'quadrant', y: 'share', fill: 'variant', insetLeft: 9 },
          ),
          Plot.ruleY([0]),
        ],
      }),
      plotPanel({
        title: `The objective, n = ${latentDimensions.at(-1)}`,
        subtitle: 'one line per start',
        color: { legend: true, domain: COMPARED, range: COMPARED_COLOURS },
        x: { label: 'iteration', domain: [0, iterations] },
        y: { label: 'f / f(0, 0)', type: 'log', grid: true, tickFormat: '.0e', ticks: 6 },
        marks: [
          Plot.line(lines, { x: 'iteration', y: 'value', z: 'run', stroke: 'variant', strokeWidth: 0.6 }),
        ],
      }),
    ],
    {
      width: 1140,
      height: 480,
      caption:
        'Left: all four variants; the sign check decides where scalar codes end, the balancing helps where starts are lopsided. Middle: starts with ‖h‖ = ‖m‖. Right: without the sign check some paths linger where f is near f(0, 0) or stay there.',
    },
  );
}
