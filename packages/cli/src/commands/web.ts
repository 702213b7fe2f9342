// demod web: the page, served on this machine.
import type { Command } from '../command.js';
import { UsageError } from '../exit.js';
import type { CommonArguments } from '../options.js';
import { printResult } from '../output.js';
import { FIRST_PORT, servePage } from '../page.js';

type Arguments = CommonArguments & { port: number | undefined };

export const command: Command<Arguments> = {
  builder: yargs =>
    yargs.option('port', {
      type: 'string',
      requiresArg: true,
      coerce: portNumber,
      defaultDescription: `a free one from ${FIRST_PORT} on`,
      describe: 'Port to serve it at; 0 for any that is free',
    }) as never,
  handler: async ({ port, json }) => {
    const { address } = await servePage(port);
    printResult({ json }, { address }, [`${address} (Ctrl-C ends it)`]);
  },
};

/** @throws UsageError */
function portNumber(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (/^\d{1,5}$/.test(given) && Number(given) < 2 ** 16) return Number(given);
  throw new UsageError(`--port expects a whole number from 0 to 65535, got "${given}"`);
}
