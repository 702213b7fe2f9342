// The report: one page that shows the lights, and pictures before and after.

import { Html, html, STYLE } from '@blind-demod/picture';
import type { Corrected } from '../correct.js';
import { beforeAndAfter } from './before-after.js';
import { lightSection } from './light.js';

/** An HTML page of its own: no scripts, nothing from elsewhere. */
export async function reportPage(corrected: readonly Corrected[]): Promise<string> {
  const pictures = corrected.reduce((sum, { series }) => sum + series.inputs.length, 0);
  const sections: Html[] = [];
  for (const one of corrected) {
    const { width, height, inputs } = one.series;
    const title =
      corrected.length === 1
        ? undefined
        : `${inputs[0]!.file}${inputs.length > 1 ? ' and others' : ''}, ${width}×${height}`;
    sections.push(html`${title && html`<h2>${title}</h2>`}
${await lightSection(one)}
${await beforeAndAfter(one)}`);
  }
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The light, and the pictures without it</title>
<link rel="icon" href="data:,">
<style>${new Html(STYLE)}${new Html(OWN_STYLE)}</style>
</head>
<body>
<header>
<p class="kicker">demod correct</p>
<h1>${pictures === 1 ? 'One picture' : `${pictures} pictures`} without ${corrected.length === 1 ? 'the light' : 'their lights'}</h1>
</header>
<main>
${sections}
</main>
</body>
</html>
`.text;
}

const OWN_STYLE = `
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .5rem; max-width: 46rem; margin-bottom: 1.5rem; }
.pair img, .panel img { width: 100%; height: auto; image-rendering: auto; }
.pair figcaption { grid-column: 1 / -1; margin: 0; }
`;
