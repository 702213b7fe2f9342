// What a page does that a visitor does not see: the addresses that it asks for, and its complaints.
import type { Page } from 'playwright-core';

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
