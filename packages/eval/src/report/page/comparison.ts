// This solver beside other methods: the tables of a comparison.
import { type Html, html } from '@blind-demod/picture';
import { byCondition, conditionTable, LEGEND, overviews, type TextTable } from '../comparison-tables.js';
import type { ReportInput } from './input.js';

/** Nothing where nothing was compared. */
export function comparison({ loaded, comparison }: ReportInput): Html | undefined {
  if (comparison === undefined) return undefined;
  const { pairs, results } = comparison;
  const conditions = byCondition(results);
  const tables = [
    ...conditions.map(([title, ofCondition]) => ({
      title: `Condition: ${title}`,
      table: conditionTable(ofCondition),
    })),
    ...(conditions.length > 1 ? overviews(results) : []),
  ];
  return html`<section>
<h2>Beside other methods</h2>
<p>All on the same ${pairs} held-out pairs, by <code>npx demod compare --config ${loaded.file} --images ${pairs}</code>. Methods without
generators end with the same division of the observation by the recovered distortion as “refined” does.</p>
${tables.map(({ title, table }) => html`<h3>${title}</h3>\n${scores(table, title)}\n`)}
<p>${LEGEND}</p>
</section>`;
}

function scores({ head, rows }: TextTable, title: string): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table class="scores compared">
<thead><tr>${head.map(cell => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>
${rows.map(
  ([method, ...cells]) =>
    html`<tr><th scope="row">${method}</th>${cells.map(cell => html`<td>${cell || '–'}</td>`)}</tr>\n`,
)}</tbody></table></div>`;
}
