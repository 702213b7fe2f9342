// The error by the strength of the distortion.
import { type Content, decibel, type Html, html } from '@blind-demod/picture';
import * as Plot from '@observablehq/plot';
import type { ReportInput } from './input.js';
import { dots, panel } from './plot.js';

/** The parameters of Gaussian distortions. */
const PARAMETERS = [
  {
    title: 'Place of the Gaussian',
    label: 'centre c',
    caption: 'The light is in the middle of the image at c = 0, and near two opposite corners at the ends.',
  },
  { title: 'Width of the Gaussian', label: 'width σ', caption: 'The narrower, the darker the border.' },
] as const;

/** By the parameters of the distortions where they have some; by the light that they take in any case. */
export function byDistortion(input: ReportInput): Html {
  const { judged, plan } = input;
  const { parameters } = plan.tests.distortion;
  const lost = strengths(input, {
    title: 'Light lost',
    label: '1 − Σ y / Σ w',
    caption: html`Two dots per pair, <span class="observation">observation</span> and <span class="refined">refined</span>; the
lines join the medians of equal parts of the axis. The share of the signal's light that the distortion takes away.`,
    values: judged.map(({ facts }) => facts.lightLost),
  });
  const ofGaussians = parameters
    ? PARAMETERS.map((parameter, column) => {
        const values = plan.pairs.map(({ distortion }) => parameters.data[2 * distortion + column]!);
        return strengths(input, { ...parameter, values });
      })
    : [];
  return html`<section>
<h2>Error by strength of the distortion</h2>
<div class="panels">${[lost, ...ofGaussians]}</div>
</section>`;
}

interface Strength {
  readonly title: string;
  readonly label: string;
  readonly caption: Content;
  /** Of each pair. */
  readonly values: readonly number[];
}

function strengths({ judged }: ReportInput, { title, label, caption, values }: Strength): Html {
  const data = (['observation', 'refined'] as const).flatMap(estimate =>
    judged.map(({ scores }, pair) => ({
      pair,
      colour: `var(--${estimate})`,
      strength: values[pair]!,
      psnr: scores[estimate].psnr,
    })),
  );
  const channels = { x: 'strength', y: 'psnr' } as const;
  const medians = (style: Plot.LineYOptions) =>
    Plot.lineY(
      data,
      Plot.binX<Plot.LineYOptions>(
        { x: 'median', y: 'median' },
        { ...channels, z: 'colour', thresholds: 8, ...style },
      ),
    );
  return panel({
    title,
    description: `PSNR of the observation and of the refined signal against ${label}.`,
    caption,
    plot: {
      x: { label, nice: true, ticks: 6 },
      y: { label: 'PSNR (dB)', nice: true, grid: true },
      marks: [
        dots(data, { ...channels, fill: 'colour', fillOpacity: 0.45, tell: ({ psnr }) => decibel(psnr) }),
        medians({ stroke: 'var(--paper)', strokeWidth: 4.5 }), // around the line, so that it stands out from dots
        medians({ stroke: 'colour', strokeWidth: 2.5 }),
      ],
    },
  });
}
