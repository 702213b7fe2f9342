// Commands that take several files.
import type { Argv, InferredOptionType } from 'yargs';
import { UsageError } from './exit.js';

const files = { type: 'string', array: true, demandOption: true } as const;

/**
 * A command that takes files, at least one. Of what is given several times yargs keeps the last, of files too, unless it
 * keeps all; any other option may then stand there once.
 *
 * @throws UsageError, when it is called, where another option is given twice.
 */
export const takingFiles = <T, Name extends string>(
  yargs: Argv<T>,
  name: Name,
  describe: string,
): Argv<T & Record<Name, InferredOptionType<typeof files>>> =>
  yargs
    .parserConfiguration({ 'duplicate-arguments-array': true, 'short-option-groups': false })
    .positional(name, { ...files, describe })
    .check(args => {
      const twice = Object.keys(args).find(key => key !== '_' && key !== name && Array.isArray(args[key]));
      if (twice !== undefined) throw new UsageError(`--${twice} is given twice`);
      return true;
    }) as never;
