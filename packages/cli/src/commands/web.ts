// demod web: the page, served on this machine.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '@blind-demod/arrays';
import type { CommandModule } from 'yargs';
import { UsageError } from '../exit.js';
import type { CommonArguments } from '../options.js';
import { printResult } from '../output.js';
import { serveFolder } from '../static-server.js';

/** Where it looks for a free port from. */
const FIRST_PORT = 8080;
/** Beside this package; it is no dependency, so that no other command waits for it to be built. */
const PAGE = fileURLToPath(new URL('../../../web/dist', import.meta.url));

type Arguments = CommonArguments & { port: number | undefined };

export const webCommand: CommandModule<CommonArguments, Arguments> = {
  command: 'web',
  describe: 'Serve the page to try it all in a browser, on this machine',
  builder: yargs =>
    yargs.option('port', {
      type: 'string',
      requiresArg: true,
      coerce: portNumber,
      defaultDescription: `a free one from ${FIRST_PORT} on`,
      describe: 'Port to serve it at; 0 for any that is free',
    }) as never,
  handler: async ({ port, json }) => {
    if (!existsSync(join(PAGE, 'index.html'))) {
      throw new UserError(`the page is not built (${PAGE}); run \`npx turbo build\``);
    }
    const { address } = await serveFolder(PAGE, { port, firstPort: FIRST_PORT });
    printResult({ json }, { address }, [`${address} (Ctrl-C ends it)`]);
  },
};

/** @throws UsageError */
function portNumber(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (/^\d{1,5}$/.test(given) && Number(given) < 2 ** 16) return Number(given);
  throw new UsageError(`--port expects a whole number from 0 to 65535, got "${given}"`);
}
