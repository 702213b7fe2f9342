// A light: what it is, how sure it is, and its profiles.

import { float32 } from '@blind-demod/arrays';
import { embeddedImage, type Html, html, percent } from '@blind-demod/picture';
import { pagePlot } from '@blind-demod/picture/plots';
import * as Plot from '@observablehq/plot';
import { medianOf } from '../../common.js';
import { SIDE } from '../../encoder.js';
import { reduce } from '../../reduce.js';
import type { Corrected } from '../correct.js';
import { maximum, shrink } from '../lights-file.js';
import { doubtInWords } from '../words.js';

const SHOWN = 320;

const KEY = html`<b style="color: var(--observation)">Before</b> and <b style="color: var(--refined)">after</b>: what the
pictures share. <b style="color: var(--distortion)">The light</b>.`;

export async function lightSection(corrected: Corrected): Promise<Html> {
  const { estimates, lights } = corrected;
  const channels = estimates?.length ?? lights.length;
  const sections: Html[] = [];
  for (let channel = 0; channel < channels; channel++)
    sections.push(await ofChannel(corrected, channel, channels));
  return html`${sections}`;
}

async function ofChannel(corrected: Corrected, channel: number, channels: number): Promise<Html> {
  const { estimates, lights } = corrected;
  const estimate = estimates?.[channel];
  const light = lights[channel]!;
  const { data, width, height } = shrink(light.data, light, SHOWN);
  const highest = maximum(data);
  const image = float32(
    [1, height, width],
    data.map(value => value / highest),
  );
  const range = `from ${minimum(light.data).toFixed(2)} to ${maximum(light.data).toFixed(2)}, mean 1`;
  return html`<section>
<h2>${channels > 1 ? `The light of channel ${channel + 1}` : 'The light'}</h2>
${numbers(corrected, channel)}
<div class="panels">
<figure class="panel">${await embeddedImage(image, `The light, ${range}`)}<figcaption>The light, ${range}.</figcaption></figure>
${profiles(corrected, channel)}
</div>
${estimates && estimate === undefined ? html`<p>No picture of this channel shows anything, so no light is taken out of it.</p>` : undefined}
</section>`;
}

function numbers({ estimates, result }: Corrected, channel: number): Html {
  const estimate = estimates?.[channel];
  if (estimate === undefined)
    return html`<p>${estimates ? '' : 'The light was given; nothing was to be found.'}</p>`;
  const { doubt, pictures, unevenness } = estimate;
  const silent = result.pictures.reduce((sum, { withoutSignal = [] }) => sum + withoutSignal.length, 0);
  return html`<dl class="numbers">
<div><dd>${percent(unevenness.before)}</dd><dt>uneven before: what the pictures share</dt></div>
<div><dd>${percent(unevenness.after)}</dd><dt>uneven after</dt></div>
<div><dd>${percent(doubt)}</dd><dt>doubt: how wrong the light may be</dt></div>
<div><dd>${pictures}</dd><dt>${pictures === 1 ? 'picture that it was found from' : 'pictures that it was found from'}</dt></div>
</dl>
<p>The light is ${doubtInWords(doubt, pictures)}.${silent > 0 ? ` ${silent} pages show nothing and were left out.` : ''}</p>`;
}

/** Along both diagonals: what the pictures share before and after, and the light. */
function profiles({ seen, lights, estimates }: Corrected, channel: number): Html | undefined {
  const light = reduce(lights[channel]!, { dark: 0 })?.log ?? new Float32Array(SIDE * SIDE);
  const isOne = estimates?.length === 1;
  const logs = seen.flatMap(one =>
    one.reduced && (isOne || one.channel === channel) ? [one.reduced.log] : [],
  );
  if (logs.length === 0) return undefined;
  const median = medianOf(logs);
  const rows = (name: string, of: (cell: number) => number, down: boolean) =>
    Array.from({ length: SIDE }, (_, i) => ({
      name,
      place: (i + 0.5) / SIDE,
      value: Math.exp(of(i + SIDE * (down ? i : SIDE - 1 - i))),
    }));
  const plot = (down: boolean) => {
    const title = down ? 'From the upper left to the lower right' : 'From the lower left to the upper right';
    const lines = [
      ...rows('before', cell => median[cell]!, down),
      ...rows('light', cell => light[cell]!, down),
      ...rows('after', cell => median[cell]! - light[cell]!, down),
    ];
    return html`<figure class="panel"><h3>${title}</h3>${pagePlot({
      ariaLabel: `${title}: what the pictures share before and after, and the light`,
      x: { label: 'place', ticks: 3 },
      y: { label: 'relative brightness', grid: true, zero: true },
      color: {
        domain: ['before', 'light', 'after'],
        range: ['var(--observation)', 'var(--distortion)', 'var(--refined)'],
      },
      marks: [Plot.line(lines, { x: 'place', y: 'value', stroke: 'name', strokeWidth: 2 })],
    })}<figcaption>${KEY}</figcaption></figure>`;
  };
  return html`${plot(true)}${plot(false)}`;
}

function minimum(data: ArrayLike<number>): number {
  let lowest = Infinity;
  for (let i = 0; i < data.length; i++) if (data[i]! < lowest) lowest = data[i]!;
  return lowest;
}
