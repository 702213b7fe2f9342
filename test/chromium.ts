// A headless Chromium for the tests of pages, where there is one.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
// Nothing of a browser's own may ask the network for anything.
const OPTIONS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The file of a Chromium in the PATH; undefined when there is none. */
export const chromium = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap(folder => NAMES.map(name => join(folder, name)))
  .find(file => existsSync(file));

/** @throws Error if there is no Chromium */
export function startChromium(): Promise<Browser> {
  return playwright.launch({ executablePath: chromium!, args: OPTIONS });
}

/** What a page does that a visitor does not see: the addresses that it asks for, and its complaints. */
export interface Watched {
  readonly requests: string[];
  readonly complaints: string[];
}

/** Watches a page from now on. */
export function watch(page: Page): Watched {
  const watched: Watched = { requests: [], complaints: [] };
  page.on('request', request => watched.requests.push(request.url()));
  page.on('requestfailed', request => watched.complaints.push(`${request.url()} failed`));
  page.on('console', message => watched.complaints.push(message.text()));
  page.on('pageerror', error => watched.complaints.push(error.message));
  return watched;
}
