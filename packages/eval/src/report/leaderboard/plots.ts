// What the measures of configs have to do with one another.
import { type Html, html } from '@blind-demod/picture';
import * as Plot from '@observablehq/plot';
import { panel } from '../page/plot.js';
import { MEASURES, type Measured, type MeasureName } from './measures.js';
import type { Standing } from './standings.js';

/** How many configs have a line of their own, and their places beside their dots. */
const TOLD = 24;

export function plots(standings: readonly Standing[]): Html | undefined {
  const ranked = standings.filter(({ place }) => place !== undefined);
  if (ranked.length === 0) return undefined;
  return html`<section>
<h2>What goes with what</h2>
<p>A dot is a config; the number beside it is its place above.</p>
<div class="panels">
${scores(ranked.slice(0, TOLD))}
${against(ranked, 'signalRepresentation', 'refinedPsnr', 'The further to the left, the better G1 can draw held-out images; the higher, the better products are taken apart.')}
${against(ranked, 'distortionRepresentation', 'refinedPsnr', 'The same of G2, which draws the distortions.')}
${against(ranked, 'parameters', 'signalRepresentation', 'Lower is better. Parameters of both generators.')}
${against(ranked, 'trainingSeconds', 'refinedPsnr', 'What an hour of training buys. Training of both generators.')}
${against(ranked, 'secondsPerPair', 'refinedPsnr', 'What a second of solving buys.')}
</div>
</section>`;
}

/** The PSNR of both estimates of the signal, a line per config. */
function scores(standings: readonly Standing[]): Html {
  const marks = (['generatorPsnr', 'refinedPsnr'] as const).flatMap(measure => {
    const colour = `var(--${measure === 'refinedPsnr' ? 'refined' : 'generator'})`;
    const data = standings.map(({ entry, measured }) => ({ name: entry.name, ...measured[measure]! }));
    return [
      Plot.ruleY(
        data.filter(({ interval }) => interval !== undefined),
        {
          y: 'name',
          x1: ({ interval }: Measured) => interval![0],
          x2: ({ interval }: Measured) => interval![1],
          stroke: colour,
          strokeWidth: 2,
        },
      ),
      Plot.dot(data, {
        y: 'name',
        x: 'value',
        r: 4,
        fill: colour,
        title: ({ name, value }: { name: string; value: number }) =>
          `${name}: ${MEASURES[measure].show(value)}`,
      }),
    ];
  });
  const longest = Math.max(...standings.map(({ entry }) => entry.name.length));
  return panel({
    title: 'PSNR of the signal',
    description: 'A line per config, with the interval of each estimate.',
    caption: html`<span class="generator">G1(h)</span> and <span class="refined">refined</span>, with their 95 % intervals.`,
    plot: {
      height: 70 + 22 * standings.length,
      marginLeft: Math.min(190, 14 + 6.2 * longest),
      x: { label: 'PSNR (dB)', nice: true, grid: true },
      y: { label: null, domain: standings.map(({ entry }) => entry.name), tickSize: 0 },
      marks,
    },
  });
}

/** A dot per config: one measure against another. Nothing where no config has both. */
function against(
  standings: readonly Standing[],
  x: MeasureName,
  y: MeasureName,
  caption: string,
): Html | undefined {
  const data = standings.flatMap(({ place, entry, measured }) => {
    const [horizontal, vertical] = [measured[x]?.value, measured[y]?.value];
    return horizontal === undefined || vertical === undefined || horizontal <= 0
      ? []
      : [{ place, name: entry.name, x: horizontal, y: vertical }];
  });
  if (data.length === 0) return undefined;
  const values = data.map(dot => dot.x);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const right = high > low ? high : low * 2;
  const tell = (dot: (typeof data)[number]) =>
    `${dot.name}: ${MEASURES[x].show(dot.x)}, ${MEASURES[y].show(dot.y)}`;
  return panel({
    title: `${capitalised(MEASURES[y].title)}, by ${MEASURES[x].axis}`,
    description: data.slice(0, TOLD).map(tell).join('; '),
    caption,
    plot: {
      marginRight: 20,
      x: {
        type: 'log',
        label: MEASURES[x].axis,
        domain: [low / 1.3, right * 1.3],
        ticks: 4,
        tickFormat: x === 'parameters' ? '~s' : '~r',
      },
      y: { label: MEASURES[y].axis, nice: true, grid: true },
      marks: [
        Plot.dot(data, { x: 'x', y: 'y', r: 4, fill: 'var(--refined)', title: tell }),
        Plot.text(data.slice(0, TOLD), {
          x: 'x',
          y: 'y',
          text: 'place',
          dx: 7,
          textAnchor: 'start',
          fill: 'var(--soft)',
          fontSize: 9,
        }),
      ],
    },
  });
}

const capitalised = (text: string): string => text[0]!.toUpperCase() + text.slice(1);
