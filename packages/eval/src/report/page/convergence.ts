// How the objective fell, where the starts of each pair ended, and what the fit says of the recovery.

import { quantile } from '@blind-demod/arrays';
import type { SolverSettings } from '@blind-demod/demod-core';
import { decibel, type Html, html } from '@blind-demod/picture';
import * as Plot from '@observablehq/plot';
import type { Judged } from '../judgement.js';
import type { ReportInput } from './input.js';
import { dots, panel } from './plot.js';

export function convergence(input: ReportInput): Html {
  const several = input.loaded.experiment.solver.restarts > 1;
  return html`<section>
<h2>Convergence</h2>
<div class="panels">${[curves(input), several ? starts(input) : undefined, fit(input)]}</div>
</section>`;
}

/** The objective before each iteration, and at the end. */
const curveOf = ({ trace, objective }: Pick<Judged, 'trace' | 'objective'>) => [...trace, objective];

/** What the objective is, in words. */
function objectiveOf({ robustness, latentPenalty }: SolverSettings): string {
  const misfit =
    robustness === undefined ? '½ mean (G1(h) ⊙ G2(m) − y)²' : 'The robust misfit of G1(h) ⊙ G2(m) and y';
  return latentPenalty === 0 ? misfit : `${misfit}, and the prior of the codes,`;
}

function curves({ judged, worst, loaded }: ReportInput): Html {
  const { solver } = loaded.experiment;
  const all = judged.map(curveOf);
  const length = Math.max(...all.map(curve => curve.length));
  const band = Array.from({ length }, (_, iteration) => {
    // A search that ended early stays where it ended.
    const values = all.map(curve => curve[Math.min(iteration, curve.length - 1)]!);
    const [low, median, high] = [0.1, 0.5, 0.9].map(fraction => quantile(values, fraction));
    return { iteration, low: low!, median: median!, high: high! };
  });
  const worstCurves = worst.flatMap(({ pair, ...of }) =>
    curveOf(of).map((objective, iteration) => ({ pair, iteration, objective })),
  );
  const { low, median, high } = band.at(-1)!;
  return panel({
    title: 'Objective over iterations',
    description: `The median ends at ${median.toExponential(1)}, the middle 80 % between ${low.toExponential(1)} and ${high.toExponential(1)}.`,
    caption: html`${objectiveOf(solver)} of the start that was kept: the <span class="refined">median</span> over pairs,
the band that holds the middle 80 %, and the <span class="bad">worst cases</span> below.${solver.polish === undefined ? '' : ' The last step is the polish.'}`,
    plot: {
      x: { label: 'iteration' },
      y: { type: 'log', label: 'objective', grid: true, ticks: 4, tickFormat: '.0e' },
      marks: [
        Plot.areaY(band, {
          x: 'iteration',
          y1: 'low',
          y2: 'high',
          fill: 'var(--refined)',
          fillOpacity: 0.25,
        }),
        Plot.line(worstCurves, {
          x: 'iteration',
          y: 'objective',
          z: 'pair',
          stroke: 'var(--bad)',
          strokeWidth: 0.75,
        }),
        Plot.line(band, { x: 'iteration', y: 'median', stroke: 'var(--refined)', strokeWidth: 2 }),
      ],
    },
  });
}

function starts({ judged, loaded }: ReportInput): Html {
  const ends = judged.map(({ objective, facts }, pair) => ({ pair, objective, gap: facts.startGap! }));
  return panel({
    title: 'Agreement of the starts',
    description: 'Where the next best start ended, in units of the best one.',
    caption: `Every pair is solved from ${loaded.experiment.solver.restarts} starting points, and the one of least objective kept. At 1, on the dashed line, the next best ended as low; far above, it was stuck elsewhere.`,
    plot: {
      x: { type: 'log', label: 'least objective', ticks: 4, tickFormat: '.0e' },
      y: { type: 'log', label: 'next least ÷ least', grid: true, ticks: 4, tickFormat: '~g' },
      marks: [
        Plot.ruleY([1], { stroke: 'var(--ink)', strokeDasharray: '4 4' }),
        dots(ends, {
          x: 'objective',
          y: 'gap',
          fill: 'var(--refined)',
          tell: ({ gap }) => `${gap.toFixed(2)} times`,
        }),
      ],
    },
  });
}

function fit({ judged }: ReportInput): Html {
  const fits = judged.map(({ facts, scores }, pair) => ({
    pair,
    residual: facts.residual,
    psnr: scores.refined.psnr,
  }));
  return panel({
    title: 'Does a good fit mean a good recovery?',
    description: 'PSNR of the refined signal against the residual.',
    caption: `The residual ‖ŵ ⊙ x̂ − y‖ / ‖y‖ is what the search can see; the PSNR is what came of it. A large residual is
a warning, a small one no promise: wrong factors may multiply to the observation, too.`,
    plot: {
      x: { type: 'log', label: 'residual', ticks: 4, tickFormat: '~g' },
      y: { label: 'PSNR of the refined signal (dB)', nice: true, grid: true },
      marks: [
        dots(fits, { x: 'residual', y: 'psnr', fill: 'var(--refined)', tell: ({ psnr }) => decibel(psnr) }),
      ],
    },
  });
}
