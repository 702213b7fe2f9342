import { html } from '@blind-demod/picture';
import { parseHTML } from 'linkedom';
import { beforeAll, describe, expect, test } from 'vitest';
import { summariseScores } from '../../src/report/summary.js';
import { type Example, exampleResults } from './example.js';

interface Element {
  readonly textContent: string;
  getAttribute(name: string): string | null;
  querySelectorAll(selector: string): Iterable<Element>;
}

async function page(example: Example = {}) {
  const results = await exampleResults(example);
  const { document } = parseHTML(results.html) as unknown as { document: Element };
  const all = (selector: string) => [...document.querySelectorAll(selector)];
  const texts = (selector: string) => all(selector).map(({ textContent }) => textContent.trim());
  return { ...results, all, texts };
}

test('what is put into HTML is escaped, but for HTML itself', () => {
  const inner = html`<i title="${'"&'}">${"<'>"}</i>`;
  expect(html`${[inner, 1, undefined]}`.text).toBe('<i title="&quot;&amp;">&lt;&#39;&gt;</i>1');
});

describe('the report', () => {
  let report: Awaited<ReturnType<typeof page>>;
  beforeAll(async () => {
    report = await page();
  });

  test('has its sections in order', () => {
    expect(report.texts('h1')).toEqual(['example']);
    expect(report.texts('h2')).toEqual([
      'Figure 2: what the solver saw, what it found, and the truth',
      'Scores',
      'Distributions',
      'Convergence',
      'Error by digit',
      'Error by strength of the distortion',
      'Doubt: is failure known?',
      'The worst cases, and why',
      'How to reproduce this',
    ]);
  });

  test('holds all that it shows, and runs nothing', () => {
    expect(report.all('script, link[rel=stylesheet], iframe, object')).toEqual([]);
    const sources = report.all('[src]').map(element => element.getAttribute('src'));
    expect(sources.length).toBeGreaterThan(6 * 4);
    expect(sources.filter(source => !source!.startsWith('data:image/png;base64,'))).toEqual([]);
    expect(report.html).not.toMatch(/url\(|@import/);
    expect(Buffer.byteLength(report.html)).toBeLessThan(500_000);
  });

  test('can be heard: images and plots have descriptions, cells have headers', () => {
    const alts = report.all('img').map(image => image.getAttribute('alt'));
    expect(alts.filter(alt => !alt)).toEqual([]);
    expect(alts).toContain('pair 3: recovered distortion');
    expect(alts).toContain('pair 3: the paper’s solver: signal');
    const plots = report.all('svg');
    expect(plots.length).toBeGreaterThanOrEqual(14);
    for (const plot of plots) {
      expect(plot.getAttribute('role')).toBe('img');
      expect(plot.getAttribute('aria-label')!.length).toBeGreaterThan(20);
    }
    for (const header of report.all('th')) expect(header.getAttribute('scope')).toMatch(/^(row|col)$/);
    expect(report.html).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });

  test('tells the numbers of metrics.json', () => {
    const { estimates, paper, confidence } = report.metrics;
    const { observation, ...own } = estimates;
    const numbers = (selector: string) =>
      report.all(`${selector} data`).map(element => Number(element.getAttribute('value')));
    expect(numbers('.scores')).toEqual(
      [observation, ...Object.values(paper!), ...Object.values(own)].flatMap(summary => [
        ...[
          summary.psnr!.median,
          summary.psnr!.percentile10,
          summary.ssim!.median,
          summary.relativeError.median,
        ],
        ...('whereSeen' in summary ? [summary.whereSeen.median] : []),
        ...('betterThanObservation' in summary ? [summary.betterThanObservation] : []),
      ]),
    );
    expect(numbers('.numbers')).toContain(confidence.rocArea);
    expect(report.texts('.scores tbody th')[2]).toBe('refined');
    expect(report.texts('.scores tbody td:first-child')).toEqual([
      ...['', ...Array(3).fill('paper'), ...Array(3).fill('this')],
    ]);
    expect(report.texts('.numbers data')[0]).toBe(`${estimates.refined.psnr.median.toFixed(1)} dB`);
  });

  test('shows the pairs of least refined PSNR, the worst first', () => {
    const [header, ...rows] = report.csv
      .trimEnd()
      .split('\r\n')
      .map(line => line.split(','));
    const column = header!.indexOf('refined_psnr_db');
    const worst = rows.toSorted((a, b) => Number(a[column]) - Number(b[column])).slice(0, 8);
    const label = header!.indexOf('signal_label');
    const titles = report.texts('.cases h3').map(title => title.split(',')[0]);
    expect(titles).toEqual(worst.map(row => `Pair ${row[0]}: digit ${row[label]}`));
  });

  test('says how to make it again', () => {
    const [command] = report.texts('pre');
    expect(command).toBe('npx demod eval --config configs/example.json --device cpu');
    expect(report.html).toContain('a'.repeat(64));
  });

  test('is the same when made again', async () => {
    expect((await exampleResults()).html).toBe(report.html);
  });
});

test('names are text, whatever they hold', async () => {
  const { texts, all } = await page({ name: `<img src=x onerror="alert('1')">&amp;` });
  expect(texts('h1')).toEqual([`<img src=x onerror="alert('1')">&amp;`]);
  expect(all('img[src=x]')).toEqual([]);
});

test('a comparison has a table for each condition, and two over all conditions', async () => {
  const summary = (psnr: number) =>
    summariseScores([
      {
        signal: { psnr, ssim: 0.9, relativeError: 0.1, better: true },
        distortion: { relativeError: 0.2, whereSeen: 0.1 },
        seconds: 1,
      },
    ]);
  const result = (condition: string, method: string, psnr: number) => ({
    condition: { name: condition, title: `${condition} pictures` },
    method: { name: method, title: `the ${method} <method>` },
    summary: summary(psnr),
  });
  const results = [result('clean', 'old', 20), result('clean', 'new', 30), result('noisy', 'old', 15)];
  const { texts } = await page({ comparison: { pairs: 17, results } });
  expect(texts('h2')).toContain('Beside other methods');
  expect(texts('section h3').slice(0, 4)).toEqual([
    'Condition: clean pictures',
    'Condition: noisy pictures',
    'Signal: median PSNR',
    'Distortion: median relative error where the signal shows it',
  ]);
  const rows = texts('.scores tbody tr').map(row => row.replaceAll(/\s+/g, ' '));
  expect(rows.find(row => row.startsWith('the new'))).toMatch(/^the new <method>30\.0 dB/);
  expect(rows).toContain('the old <method>20.0 dB15.0 dB');
  expect(rows).toContain('the new <method>30.0 dB–');
});

test('without classes, parameters, restarts or failures it leaves out what tells of them', async () => {
  const { texts, metrics, html } = await page({
    pairs: 6,
    source: 'gaussian',
    restarts: 1,
    withParameters: false,
    mistake: () => 0.0001,
  });
  expect(texts('h2').join()).not.toContain('Error by digit');
  const plots = texts('.panel h3');
  expect(plots).toContain('Light lost');
  for (const absent of ['Place of the Gaussian', 'Agreement of the starts', 'ROC curve']) {
    expect(plots.join()).not.toContain(absent);
  }
  expect(metrics.confidence).toEqual({ goodRefinedPsnr: 35, good: 1, rocArea: null });
  expect(texts('pre')[0]).toContain('--images 6');
  expect(html).not.toMatch(/NaN|Infinity/);
});

test('where the experiment’s own solver is the paper’s, it is there once', async () => {
  const { texts, metrics, csv, html } = await page({ withPaper: false });
  expect(texts('.scores tbody td:first-child')).toEqual(['', ...Array(3).fill('paper')]);
  expect(html).not.toContain('the paper’s solver: signal');
  expect(metrics).not.toHaveProperty('paper');
  expect(csv).not.toContain('paper_');
});

test('a single pair makes a page, too', async () => {
  const { texts, html } = await page({ pairs: 1 });
  expect(texts('.cases h3')).toHaveLength(1);
  expect(html).not.toMatch(/NaN|Infinity/);
});
