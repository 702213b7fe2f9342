// Pictures before and after, as they are in the files.

import { float32, quantile } from '@blind-demod/arrays';
import { embeddedImage, type Html, html, percent } from '@blind-demod/picture';
import { withPicture } from '@blind-demod/picture-files';
import type { Corrected } from '../correct.js';
import { type Shown, shrink } from '../lights-file.js';

/** How many pictures are shown, spread over all. */
const COUNT = 3;
const SHOWN = 480;
/** Part of the pixels that may be brighter than what is shown as white. */
const OVER = 0.002;

export async function beforeAndAfter({ result, darks }: Corrected): Promise<Html> {
  const { pictures } = result;
  const count = Math.min(COUNT, pictures.length);
  const shown = Array.from(
    { length: count },
    (_, i) => pictures[Math.floor(((i + 0.5) * pictures.length) / count)]!,
  );
  const pairs: Html[] = [];
  for (const { from, to, clipped } of shown) {
    const [before, after] = [await firstPage(from), await firstPage(to)];
    const dark = darks.map(one => (typeof one === 'number' ? one : 0));
    pairs.push(html`<figure class="pair">
${await embeddedImage(visible(before, dark), `${from} as it was`)}
${await embeddedImage(visible(after, []), `${from} without the light`)}
<figcaption>${from}, as it was and without the light.${clipped > 0.0005 ? ` ${percent(clipped)} of its numbers became too large for its type and were cut off; --float keeps them.` : ''}</figcaption>
</figure>`);
  }
  return html`<section>
<h2>Before and after</h2>
${pairs}
</section>`;
}

async function firstPage(file: string): Promise<Shown[]> {
  return withPicture(file, async picture => {
    const { data, shape } = await picture.read(0);
    const size = shape[1] * shape[2];
    return Array.from({ length: picture.channels }, (_, colour) =>
      shrink(data.subarray(colour * size, (colour + 1) * size), picture, SHOWN),
    );
  });
}

/** Black at the dark level (or at 0), white where hardly anything is brighter. */
function visible(planes: readonly Shown[], dark: readonly number[]) {
  const [{ width, height }] = planes as [Shown, ...Shown[]];
  const taken = planes.length >= 3 ? planes.slice(0, 3) : planes.slice(0, 1);
  const values = taken.flatMap(({ data }, plane) => Array.from(data, value => value - (dark[plane] ?? 0)));
  const white = quantile(values, 1 - OVER) || 1;
  return float32(
    [taken.length, height, width],
    Float32Array.from(values, value => value / white),
  );
}
