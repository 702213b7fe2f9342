// demod: the program.
import { hideBin } from 'yargs/helpers';
import { reportError } from './exit.js';
import { parser } from './parser.js';

try {
  await parser(hideBin(process.argv)).parseAsync();
} catch (error) {
  // Not process.exitCode alone: an engine or a timer may keep the program running.
  process.exit(reportError(error));
}
