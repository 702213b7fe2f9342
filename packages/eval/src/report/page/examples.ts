// Figure 2 of the paper, as a table of images, with the refined signal and the truth beside what was recovered.
import { embeddedImage, type Html, html } from '@blind-demod/picture';
import { figure2WithPaper } from '../figure.js';
import type { ReportInput } from './input.js';

export async function examples({ shown, plan: { settings } }: ReportInput): Promise<Html> {
  const rows = await Promise.all(
    figure2WithPaper(shown).map(async ({ label, images }) => {
      const cells = await Promise.all(
        images.map((image, pair) => embeddedImage(image, `pair ${pair}: ${label}`)),
      );
      return html`<tr><th scope="row">${label}</th>${cells.map(cell => html`<td>${cell}</td>`)}</tr>\n`;
    }),
  );
  return html`<section>
<h2>Figure 2: what the solver saw, what it found, and the truth</h2>
<figure>
<table class="pictures">
<thead><tr><td></td>${shown.map((_, pair) => html`<th scope="col">pair ${pair}</th>`)}</tr></thead>
<tbody>
${rows}</tbody></table>
<figcaption>The first ${shown.length === 1 ? 'pair' : `${shown.length} pairs`}, one to a column. The solver saw the top
row alone. “Recovered” are the images of the two generators, G1(h) and G2(m), the latter a mean
over the starts where the solver takes one. “Refined” is the observation divided by the
recovered distortion: the product model holds exactly, so this gives back strokes that no generator can draw.${
    settings.denoiser && ' A denoiser that was trained on such recoveries takes out what is still wrong.'
  } Below the
recovered images, in the same column, is the truth.${
    shown[0]?.paper &&
    html` The second row is what the paper’s solver, gradient descent for 500 iterations from one start, found
with ${settings.paperGenerators ? 'the paper’s' : 'the same'} generators: its G1(h).`
  }</figcaption>
</figure>
</section>`;
}
