// One run of demod, by the arguments of its process.
import { exitWithLauncher } from '@blind-demod/launch/exit';
import { hideBin } from 'yargs/helpers';
import { exitOnFaults, reportError } from './exit.js';
import { parser } from './parser.js';

export async function run(): Promise<void> {
  exitOnFaults();
  exitWithLauncher();
  try {
    await (await parser(hideBin(process.argv))).parseAsync();
  } catch (error) {
    // Not process.exitCode alone: an engine or a timer may keep the program running.
    process.exit(reportError(error));
  }
}
