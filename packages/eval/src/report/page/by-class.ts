// The errors by the class of the signal: which digits are hard.

import { median } from '@blind-demod/arrays';
import { FAMILIES } from '@blind-demod/distortion-data';
import { type Content, decibel, type Html, html } from '@blind-demod/picture';
import * as Plot from '@observablehq/plot';
import type { Judged } from '../judgement.js';
import type { ReportInput } from './input.js';
import { panel } from './plot.js';

/** What the classes of the signals are called; undefined when they have none. */
export function className({ loaded }: ReportInput): string | undefined {
  return FAMILIES[loaded.experiment.signal.images.source].className;
}

/** Nothing when the signals have no classes. */
export function byClass(input: ReportInput): Html | undefined {
  const name = className(input);
  if (name === undefined) return undefined;
  return html`<section>
<h2>Error by ${name}</h2>
<div class="panels">${[
    strips(input, name, {
      title: "Generator's image",
      caption: `A thin bar per pair, by the ${name} of its signal; thick ones are medians. How well G1 can draw it.`,
      colour: 'generator',
      axis: { label: 'PSNR (dB)' },
      value: ({ scores }) => scores.generator.psnr,
      show: decibel,
    }),
    strips(input, name, {
      title: 'Distortion, where the signal shows it',
      caption: 'The relative error, as above: how well the signal lights up what is to be found.',
      colour: 'distortion',
      axis: { label: 'relative error', type: 'log', ticks: 4, tickFormat: '~g' },
      value: ({ scores }) => scores.distortion.whereSeen,
      show: value => value.toFixed(3),
    }),
    strips(input, name, {
      title: 'Refined signal',
      caption: 'It depends on that distortion first, and little on what G1 can draw.',
      colour: 'refined',
      axis: { label: 'PSNR (dB)' },
      value: ({ scores }) => scores.refined.psnr,
      show: decibel,
    }),
  ]}</div>
</section>`;
}

interface Strips {
  readonly title: string;
  readonly caption: Content;
  readonly colour: string;
  readonly axis: Plot.ScaleOptions;
  value(judged: Judged): number;
  show(value: number): string;
}

function strips(
  { judged, plan: { tests, pairs } }: ReportInput,
  name: string,
  { title, caption, colour, axis, value, show }: Strips,
): Html {
  const marks = judged.map((one, pair) => ({
    pair,
    label: tests.signal.labels[pairs[pair]!.signal]!,
    value: value(one),
  }));
  const labels = [...new Set(marks.map(({ label }) => label))].sort((a, b) => a - b);
  const medians = labels.map(label => ({
    label,
    value: median(marks.filter(mark => mark.label === label).map(mark => mark.value)),
  }));
  return panel({
    title,
    description: `By ${name}; medians: ${medians.map(({ label, value }) => `${label}: ${show(value)}`).join(', ')}.`,
    caption,
    plot: {
      height: 50 + 22 * labels.length,
      marginTop: 6,
      marginLeft: 36,
      x: { nice: true, grid: true, ...axis },
      y: { type: 'band', domain: labels, label: name, padding: 0.25 },
      marks: [
        Plot.tickX(marks, {
          x: 'value',
          y: 'label',
          stroke: `var(--${colour})`,
          strokeWidth: 1.5,
          strokeOpacity: 0.6,
          title: ({ pair, value }) => `pair ${pair}: ${show(value)}`,
        }),
        Plot.tickX(medians, { x: 'value', y: 'label', stroke: 'var(--ink)', strokeWidth: 3 }),
      ],
    },
  });
}
