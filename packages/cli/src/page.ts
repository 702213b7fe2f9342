// The built page, served on this machine.
import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '@blind-demod/arrays/errors';
import { serveFolder } from './static-server.js';

/** Beside this package; it is no dependency, so that no other command waits for it to be built. */
const PAGE = fileURLToPath(new URL('../../web/dist', import.meta.url));
/** Where it looks for a free port from. */
export const FIRST_PORT = 8080;

/** Serves the page. @throws UserError if it is not built, or the port that was asked for cannot be used */
export function servePage(port?: number): Promise<{ address: string; server: Server }> {
  if (!existsSync(join(PAGE, 'index.html'))) {
    throw new UserError(`the page is not built (${PAGE}); run \`npx turbo build\``);
  }
  return serveFolder(PAGE, { port, firstPort: FIRST_PORT });
}
