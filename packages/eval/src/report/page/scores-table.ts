// The table: every estimate's scores over all pairs, of both solvers.
import { datum, type Html, html } from '@blind-demod/picture';
import { COLUMNS, rowsOf, type Summaries, TITLES } from '../evaluation-table.js';

export function scoresTable(summaries: Summaries): Html {
  return html`<section>
<h2>Scores</h2>
<figure>
<div class="scroll" tabindex="0" role="region" aria-label="Scores of each estimate"><table class="scores">
<thead><tr><th scope="col">solver</th><th scope="col" class="text">estimate</th>${COLUMNS.map(({ title }) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>
${rowsOf(summaries).map(({ solver, estimate, summary }) => {
  const cells = COLUMNS.map(({ value, show }) => {
    const told = value(summary);
    return html`<td>${told === undefined ? '–' : datum(told, show)}</td>`;
  });
  return html`<tr><td>${solver}</td><th scope="row" class="${estimate}">${TITLES[estimate]}</th>${cells}</tr>\n`;
})}</tbody></table></div>
<figcaption>Medians over the pairs; “10 %” is the 10th percentile: nine in ten are better. PSNR in dB for a peak of 1. Relative error is
‖ŵ − w‖ / ‖w‖; of the distortion also where the signal shows it, ‖w ⊙ (x̂ − x)‖ / ‖w ⊙ x‖. The observation is the signal's estimate of those who do nothing, and a
strong one where images are mostly black. “Better than y” is the share of pairs where an estimate of the signal has a higher PSNR than the
observation.</figcaption>
</figure>
</section>`;
}
