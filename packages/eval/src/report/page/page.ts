// The report: one page that holds everything it shows.
import { Html, html, STYLE } from '@blind-demod/picture';
import { byClass } from './by-class.js';
import { byDistortion } from './by-distortion.js';
import { comparison } from './comparison.js';
import { confidence } from './confidence.js';
import { convergence } from './convergence.js';
import { distributions } from './distributions.js';
import { examples } from './examples.js';
import { headline } from './headline.js';
import type { ReportInput } from './input.js';
import { reproduction } from './reproduction.js';
import { scoresTable } from './scores-table.js';
import { worstCases } from './worst-cases.js';

/** An HTML page of its own: no scripts, nothing from elsewhere. The same input gives the same text. */
export async function reportPage(input: ReportInput): Promise<string> {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${input.loaded.name}: blind demodulation report</title>
<link rel="icon" href="data:,">
<style>${new Html(STYLE)}</style>
</head>
<body>
${headline(input)}
<main>
${await examples(input)}
${scoresTable({ estimates: input.summary, paper: input.paper })}
${comparison(input)}
${distributions(input)}
${convergence(input)}
${byClass(input)}
${byDistortion(input)}
${confidence(input)}
${await worstCases(input)}
${reproduction(input)}
</main>
</body>
</html>
`;
  return page.text;
}
