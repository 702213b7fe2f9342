// The report in a real browser, where there is one.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, startChromium } from '@blind-demod/benchmark';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { watch } from '../../../../test/watch.js';
import { exampleResults } from './example.js';

if (chromium === undefined) console.info('No Chromium in the PATH: the report is not opened in a browser.');

describe.skipIf(chromium === undefined)('in Chromium, the report', () => {
  let folder: string;
  let url: string;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'report-'));
    const file = join(folder, 'report.html');
    await writeFile(file, (await exampleResults()).html);
    url = pathToFileURL(file).href;
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });

  test.each([
    ['desktop', { width: 1280, height: 800 }, 'light'],
    ['desktop', { width: 1280, height: 800 }, 'dark'],
    ['phone', { width: 360, height: 740 }, 'light'],
  ] as const)(
    'fills a %s %j, in the %s, asks for nothing and complains of nothing',
    async (_, size, scheme) => {
      const page = await browser.newPage({ viewport: size, colorScheme: scheme });
      const { requests, complaints } = watch(page);
      await page.goto(url);
      expect(complaints).toEqual([]);
      expect(requests.filter(request => !request.startsWith('data:'))).toEqual([url]);

      const { content, images, narrowestPlot } = await page.evaluate<Record<string, number>>(`({
      content: document.documentElement.scrollWidth,
      images: [...document.images].filter(({ naturalWidth }) => naturalWidth === 16).length,
      narrowestPlot: Math.min(...[...document.querySelectorAll('svg')].map(svg => svg.clientWidth)),
    })`);
      expect(content).toBeLessThanOrEqual(size.width);
      expect(images).toBe(7 * 4 + 8 * 8); // figure 2 with the paper's signals, and the worst cases
      expect(narrowestPlot).toBeGreaterThan(300);

      const { channels } = await sharp(await page.screenshot({ fullPage: true }))
        .greyscale()
        .stats();
      expect(channels[0]!.stdev).toBeGreaterThan(20); // not blank
      const dark = channels[0]!.mean < 128;
      expect(dark).toBe(scheme === 'dark');
    },
  );
});
