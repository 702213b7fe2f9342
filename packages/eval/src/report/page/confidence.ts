// Whether failure is known: the confidence against what the recovery turned out to be.
import { datum, decibel, type Html, html, percent } from '@blind-demod/picture';
import * as Plot from '@observablehq/plot';
import { isGood, reliabilityBins } from '../../metrics/reliability.js';
import { rocCurve } from '../../metrics/roc.js';
import type { ReportInput } from './input.js';
import { dots, panel, reference } from './plot.js';

export function confidence(input: ReportInput): Html {
  const { goodRefinedPsnr, good } = input.reliability;
  const { refined, distortion } = input.summary;
  const within = [refined.within90, distortion.within90] as const;
  return html`<section>
<h2>Doubt: is failure known?</h2>
<p>The solver tells how likely it thinks each recovery to be good, from the observation alone. A recovery is good when its refined signal has a PSNR of at least ${goodRefinedPsnr} dB: an error below ${(100 * 10 ** (-goodRefinedPsnr / 20)).toPrecision(2)} % of the
range, root mean square. ${datum(good, percent)} of the pairs are.</p>
${
  within[0] && within[1]
    ? html`<p>It tells a standard deviation for each pixel, too. The intervals that should hold the truth in 90 % of the pixels hold it in
${datum(within[0].mean, percent)} of those of the refined signals, and in ${datum(within[1].mean, percent)} of those of the distortions.</p>`
    : ''
}
<div class="panels">${[scatter(input), reliability(input), roc(input), kept(input)]}</div>
</section>`;
}

function scatter({ judged, reliability: { goodRefinedPsnr } }: ReportInput): Html {
  const recoveries = judged.map(({ confidence, scores }, pair) => ({
    pair,
    confidence,
    psnr: scores.refined.psnr,
    colour: isGood({ scores }) ? 'var(--refined)' : 'var(--bad)',
  }));
  return panel({
    title: 'Confidence, and what came of it',
    description: 'PSNR of the refined signal against the confidence.',
    caption: html`A dot per pair; <span class="bad">bad</span> ones are below the dashed line. A confidence that knows has them on
the left.`,
    plot: {
      x: { label: 'confidence', nice: true, ticks: 6 },
      y: { label: 'PSNR of the refined signal (dB)', nice: true, grid: true },
      marks: [
        Plot.ruleY([goodRefinedPsnr], { stroke: 'var(--ink)', strokeDasharray: '4 4' }),
        dots(recoveries, {
          x: 'confidence',
          y: 'psnr',
          fill: 'colour',
          tell: ({ confidence, psnr }) => `${confidence.toFixed(3)}, ${decibel(psnr)}`,
        }),
      ],
    },
  });
}

/** Whether of those that are told a probability as many are good. */
function reliability({ judged }: ReportInput): Html {
  return panel({
    title: 'Reliability',
    description: 'The share of good recoveries against their confidence, in ten bins.',
    caption:
      'A dot for recoveries of about one confidence, the larger the more there are. On the dashed line as many are good as the confidence says; below it the solver is too sure.',
    plot: {
      x: { ...SHARE, label: 'confidence' },
      y: { ...SHARE, label: 'good ones', grid: true },
      r: { range: [2, 12] },
      marks: [
        reference([0, 0], [1, 1]),
        Plot.dot(reliabilityBins(judged), {
          ...{ x: 'confidence', y: 'good', r: 'count', fill: 'var(--refined)', fillOpacity: 0.6 },
          title: ({ count, confidence, good }) =>
            `${count} recoveries: confidence ${confidence.toFixed(2)}, ${percent(good)} good`,
        }),
      ],
    },
  });
}

const SHARE = { domain: [0, 1], ticks: 5 } as const;

/** Nothing when all recoveries are of one kind. */
function roc({ judged, reliability: { rocArea } }: ReportInput): Html | undefined {
  const curve = rocCurve(
    judged.map(({ confidence }) => confidence),
    index => isGood(judged[index]!),
  );
  if (curve === undefined || rocArea === null) return undefined;
  const channels = { x: 'falsePositives', y: 'truePositives' };
  return panel({
    title: `ROC curve, area ${rocArea.toFixed(2)}`,
    description: 'Share of good recoveries above a threshold against share of bad ones above it.',
    caption: `A point for every threshold of the confidence. The area is how often a good recovery has a higher confidence than a
bad one; the dashed line is chance, 0.5.`,
    plot: {
      x: { ...SHARE, label: 'bad ones above the threshold' },
      y: { ...SHARE, label: 'good ones above the threshold', grid: true },
      marks: [
        reference([0, 0], [1, 1]),
        Plot.areaY(curve, {
          x: channels.x,
          y1: 0,
          y2: channels.y,
          fill: 'var(--refined)',
          fillOpacity: 0.15,
        }),
        Plot.line(curve, { ...channels, stroke: 'var(--refined)', strokeWidth: 2 }),
      ],
    },
  });
}

function kept({ judged, reliability: { good } }: ReportInput): Html {
  const descending = judged.toSorted((a, b) => b.confidence - a.confidence);
  let found = 0;
  const curve = descending.map((one, index) => {
    if (isGood(one)) found++;
    return { kept: (index + 1) / descending.length, good: found / (index + 1) };
  });
  return panel({
    title: 'What keeping the most confident is worth',
    description:
      'Share of good recoveries among those kept against the share kept, the most confident first.',
    caption:
      'Of the recoveries that are kept, the most confident first, how many are good; the dashed line is all of them.',
    plot: {
      x: { ...SHARE, label: 'share that is kept' },
      y: { ...SHARE, label: 'good ones among them', grid: true },
      marks: [
        reference([0, good], [1, good]),
        Plot.line(curve, { x: 'kept', y: 'good', stroke: 'var(--refined)', strokeWidth: 2 }),
      ],
    },
  });
}
