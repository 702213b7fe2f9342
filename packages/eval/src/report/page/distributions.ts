// How the errors of the estimates are distributed over the pairs.
import { decibel, type Html, html } from '@blind-demod/picture';
import { TITLES } from '../evaluation-table.js';
import type { Estimate } from '../judgement.js';
import { histograms } from './histograms.js';
import type { ReportInput } from './input.js';
import { dots, panel, reference } from './plot.js';

export function distributions(input: ReportInput): Html {
  return html`<section>
<h2>Distributions</h2>
<div class="panels">${[psnrs(input), gains(input), distortionErrors(input)]}</div>
</section>`;
}

const OF_SIGNAL = ['observation', 'generator', 'refined'] as const satisfies Estimate[];

function psnrs({ judged, summary }: ReportInput): Html {
  const medians = OF_SIGNAL.map(name => `${TITLES[name]} ${decibel(summary[name].psnr.median)}`);
  return panel({
    title: 'PSNR of the signal',
    description: `Histograms; medians: ${medians.join(', ')}.`,
    caption: 'How many pairs have which PSNR, for each estimate of the signal.',
    plot: histograms(
      OF_SIGNAL.map(name => ({
        name: TITLES[name],
        colour: name,
        values: judged.map(({ scores }) => scores[name].psnr),
      })),
      { label: 'PSNR (dB)', step: 2, scale: 'linear' },
      decibel,
    ),
  });
}

function gains({ judged }: ReportInput): Html {
  const gains = (['generator', 'refined'] as const).flatMap(estimate =>
    judged.map(({ scores }, pair) => ({
      pair,
      colour: `var(--${estimate})`,
      before: scores.observation.psnr,
      after: scores[estimate].psnr,
    })),
  );
  const before = gains.map(gain => gain.before);
  const [low, high] = [Math.min(...before), Math.max(...before)];
  return panel({
    title: 'Gain over the observation',
    description: 'The PSNR of each estimate against that of its observation.',
    caption: html`Two dots per pair, <span class="generator">G1(h)</span> and <span class="refined">refined</span>. Above the
dashed line an estimate is closer to the truth than the observation that it was made from.`,
    plot: {
      x: { label: 'PSNR of the observation (dB)', nice: true },
      y: { label: 'PSNR of the estimate (dB)', nice: true, grid: true },
      marks: [
        reference([low, low], [high, high]),
        dots(gains, { x: 'before', y: 'after', fill: 'colour', tell: ({ after }) => decibel(after) }),
      ],
    },
  });
}

/** Errors below this are shown as this: a logarithmic axis has no zero. */
const LEAST_ERROR = 1e-4;

function distortionErrors({ judged }: ReportInput): Html {
  const [seen, whole] = [
    judged.map(({ scores }) => scores.distortion.whereSeen),
    judged.map(({ scores }) => scores.distortion.relativeError),
  ].map(errors => errors.map(error => Math.max(error, LEAST_ERROR)));
  return panel({
    title: 'Relative error of the distortion',
    description: 'Histograms, where the signal shows the distortion and over the whole image.',
    caption: `Above, the error weighted with the true signal, ‖w ⊙ (x̂ − x)‖ / ‖w ⊙ x‖. Where the signal is black, nothing of the
distortion is observed: there its generator fills in, and being wrong costs the refined signal nothing.`,
    plot: histograms(
      [
        { name: 'where the signal shows it', colour: 'distortion', values: seen! },
        { name: 'over the whole image', colour: 'distortion', values: whole! },
      ],
      { label: 'relative error', step: 0.1, scale: 'log' },
      value => value.toFixed(3),
    ),
  });
}
