// leaderboard.html: the table, with a link to each run's report, and what the measures have to do with one another.
import { basename } from 'node:path';
import { datum, Html, html, STYLE } from '@blind-demod/picture';
import { failed } from '../../leaderboard.js';
import { MEASURES, type Measure, type Measured, type MeasureName } from './measures.js';
import { plots } from './plots.js';
import { RANKED_BY, type Standing } from './standings.js';

/** How many configs the page shows; the other files have all. */
const SHOWN = 200;

/** An HTML page of its own, for the folder that has those of the runs in `runs`. The same input gives the same text. */
export function leaderboardPage(
  standings: readonly Standing[],
  { folder, command }: { folder: string; command: string },
): string {
  const name = basename(folder);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}: leaderboard</title>
<link rel="icon" href="data:,">
<style>${new Html(STYLE)}</style>
</head>
<body>
${headline(name, standings)}
<main>
${table(standings.slice(0, SHOWN), standings.length)}
${plots(standings)}
${failures(standings)}
<section>
<h2>How to reproduce this</h2>
<pre><code>${command}</code></pre>
<p>The same configs and versions give the same images and scores on one kind of processor; times are those of the machines
where it ran. leaderboard.csv, beside this page, has a line per run; leaderboard.json has everything.</p>
</section>
</main>
</body>
</html>
`;
  return page.text;
}

function headline(name: string, standings: readonly Standing[]): Html {
  const attempts = standings.flatMap(({ entry }) => entry.attempts);
  const failures = attempts.filter(({ outcome }) => failed(outcome)).length;
  const best = standings.find(({ place }) => place === 1);
  const number = (value: Html | number, meaning: Html | string) =>
    html`<div><dt>${meaning}</dt><dd>${value}</dd></div>`;
  const shown = (measure: MeasureName, meaning: (entry: string) => string) => {
    const told = best?.measured[measure];
    return told && number(datum(told.value, MEASURES[measure].show), meaning(best.entry.name));
  };
  return html`<header>
<p class="kicker">Leaderboard of a sweep</p>
<h1>${name}</h1>
<p>Each config says what two generators are and how they are trained. Each was trained, and then judged by how well held-out
products y = w ⊙ x are taken apart by a search of its latent codes, with the config's own solver.</p>
<dl class="numbers">
${shown('refinedPsnr', entry => `PSNR of the refined signal, median, by the first of the list, ${entry}`)}
${shown('signalRepresentation', () => 'representation error of the signal by that config, median')}
${number(standings.length, standings.length === 1 ? 'config' : 'configs')}
${number(attempts.length - failures, `of ${attempts.length} runs are done${failures > 0 ? `, ${failures} failed` : ''}`)}
</dl>
</header>`;
}

function table(standings: readonly Standing[], total: number): Html {
  const columns = Object.entries<Measure>(MEASURES) as [MeasureName, Measure][];
  const seeds = Math.max(...standings.map(({ entry }) => entry.attempts.length));
  const rest = total > standings.length ? ` The best ${standings.length} of ${total} are shown.` : '';
  return html`<section>
<h2>Configs</h2>
<figure>
<div class="scroll" tabindex="0" role="region" aria-label="Leaderboard"><table class="scores compared">
<thead><tr><th scope="col"></th><th scope="col" class="text">config</th><th scope="col" class="text">generators</th>${columns.map(([, { title }]) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>
${standings.map(
  ({ place, entry, measured }) =>
    html`<tr><td>${place ?? '–'}</td><th scope="row">${entry.name}${reports(entry.attempts)}</th><td class="text">${kinds(entry)}</td>${columns.map(([name, { show }]) => html`<td>${cell(measured[name], show)}</td>`)}</tr>\n`,
)}</tbody></table></div>
<figcaption>Ordered by “${MEASURES[RANKED_BY].title}”: the median PSNR of the refined signal, the observation divided by the
recovered distortion. “Represents” is the median representation error of held-out images, ‖G(z) − x‖ / ‖x‖ at the best code
found; “distortion” is the relative error of the recovered one, over the whole image and where the signal shows it;
“10 %” is the 10th percentile. ${
    seeds > 1
      ? 'Numbers are means over the seeds, each with its own training and its own pairs; below them the 95 % interval of the mean (Student’s).'
      : 'Numbers are medians over the pairs; below them the 95 % confidence interval of the median. How much another seed would change is not in it.'
  } Times are of both generators together, and of the machine where it ran.${rest}</figcaption>
</figure>
</section>`;
}

const cell = (told: Measured | undefined, show: Measure['show']): Html =>
  told === undefined
    ? html`–`
    : html`${datum(told.value, show)}${told.interval && html`<br><small>${told.interval.map(value => show(value).replace(' dB', '')).join('–')}</small>`}`;

/** What both generators are, said once where they are alike. */
function kinds({ attempts }: Standing['entry']): Html | string {
  const run = attempts.find(({ outcome }) => !failed(outcome))?.outcome;
  if (run === undefined || failed(run)) return '–';
  const [signal, distortion] = [run.generators.signal, run.generators.distortion].map(
    ({ architecture, objective }) => [architecture, objective].filter(Boolean).join(', '),
  );
  return signal === distortion ? signal! : html`${signal}<br>${distortion}`;
}

/** A link to the report of each run. */
function reports(attempts: Standing['entry']['attempts']): Html {
  const links = attempts.flatMap(({ name, seed, outcome }) =>
    failed(outcome)
      ? []
      : html`<a href="runs/${encodeURIComponent(name)}/eval/report.html">${attempts.length > 1 ? `seed ${seed}` : 'report'}</a>`,
  );
  return html`<br>${links.flatMap((link, index) => (index === 0 ? [link] : [' ', link]))}`;
}

function failures(standings: readonly Standing[]): Html | undefined {
  const rows = standings.flatMap(({ entry }) =>
    entry.attempts.flatMap(({ name, outcome }) => (failed(outcome) ? [{ name, ...outcome }] : [])),
  );
  if (rows.length === 0) return undefined;
  return html`<section>
<h2>Failed</h2>
<dl class="facts">${rows.map(({ name, reason, log }) => html`<dt>${name}</dt><dd>${reason}${log && html`<br><code>${log}</code>`}</dd>\n`)}</dl>
</section>`;
}
