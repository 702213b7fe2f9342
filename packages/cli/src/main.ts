// demod: the program.
import { hideBin } from 'yargs/helpers';
import { exitOnInterrupt, reportError } from './exit.js';
import { parser } from './parser.js';

exitOnInterrupt();
try {
  await parser(hideBin(process.argv)).parseAsync();
} catch (error) {
  // Not process.exitCode alone: an engine's threads may still be busy.
  process.exit(reportError(error));
}
