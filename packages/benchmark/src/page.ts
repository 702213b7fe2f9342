// How fast the page is in a browser: the first picture, the first run of the solver, an iteration.
import { UserError } from '@blind-demod/arrays';
import { startChromium } from './chromium.js';

/** Seconds, from the moment that the browser begins to load the page. */
export interface PageSpeed {
  /** Drawing, light and product are there. */
  readonly firstPicture: number;
  /** The generators are there, and the first run begins. */
  readonly ready: number;
  /** What that run took, and within it an iteration of Algorithm 1, the median. */
  readonly run: number;
  readonly iteration: number;
  /** What computed, as the page tells it. */
  readonly engine: string;
  /** Bytes of all files of the page that were loaded, as they were sent. */
  readonly bytes: number;
}

/**
 * Opens the page of an address in Chromium and lets it solve its example: see packages/web.
 *
 * @throws UserError if there is no Chromium, or the page fails
 */
export async function measurePage(address: string): Promise<PageSpeed> {
  const browser = await startChromium();
  try {
    const page = await browser.newPage();
    let bytes = 0;
    page.on('response', response => {
      bytes += Number(response.headers()['content-length'] ?? 0);
    });
    await page.goto(address);
    const result = page.locator('#result');
    await page.locator('#result[data-seconds], html[data-failed]').first().waitFor({ timeout: 0 });
    const failed = await page.locator('html[data-failed]').count();
    if (failed > 0) throw new UserError(`the page failed: ${await page.locator('#status').textContent()}`);
    const marked = (name: string) =>
      page.evaluate<number>(`performance.getEntriesByName('${name}')[0].startTime / 1000`);
    const told = async (name: string) => Number(await result.getAttribute(`data-${name}`));
    return {
      firstPicture: await marked('first picture'),
      ready: await marked('ready'),
      run: await told('seconds'),
      iteration: await told('iteration'),
      engine: (await page.locator('#engine').textContent()) ?? '',
      bytes,
    };
  } finally {
    await browser.close();
  }
}
