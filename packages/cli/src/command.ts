// What a command is: its options, and what it does with them.
import type { ArgumentsCamelCase, Argv } from 'yargs';
import type { CommonArguments } from './options.js';

export interface Command<Args> {
  readonly builder: (yargs: Argv<CommonArguments>) => Argv<Args>;
  readonly handler: (args: ArgumentsCamelCase<Args>) => void | Promise<void>;
}

/** A command as it is listed: what it needs is loaded when it is called. */
export interface ListedCommand {
  /** Its name, and its arguments that are no options. */
  readonly usage: string;
  /** Its line of the help; false of one that people do not call. */
  readonly describe: string | false;
  readonly load: () => Promise<{
    readonly command: {
      readonly builder: (yargs: Argv<CommonArguments>) => object;
      readonly handler: (args: never) => void | Promise<void>;
    };
  }>;
}
