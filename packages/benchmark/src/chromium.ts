// A headless Chromium, where there is one, for measuring and testing pages.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import { type Browser, chromium as playwright } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
// Nothing of the browser's own may ask the network for anything.
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

/** @throws UserError if there is no Chromium */
export async function startChromium(): Promise<Browser> {
  if (chromium === undefined)
    throw new UserError(`no Chromium in the PATH (${NAMES.join(', ')}); install one`);
  return playwright.launch({ executablePath: chromium, args: OPTIONS });
}
