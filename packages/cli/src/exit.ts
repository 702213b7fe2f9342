// How the program ends when something is wrong: one line on stderr, and an exit code that says what kind it was.
//
// Ctrl-C is left to the system, which ends the program at once (shells report 130): a handler of Node's would wait
// for the engine's current step, and nothing is half-written: of a file that was being written a hidden temporary one stays.

/** The command line itself was wrong. */
import { UserError } from '@blind-demod/arrays';
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const EXIT_CODES = {
  /** The user can mend it. */
  user: 1,
  /** The command line is wrong. */
  usage: 2,
  /** A mistake in this program; sysexits.h calls it EX_SOFTWARE. */
  internal: 70,
} as const;

/** Writes the one line for an error, and returns the exit code. With DEBUG set there is a stack trace too. */
export function reportError(error: unknown): number {
  const kind = kindOf(error);
  const message = error instanceof Error ? error.message || error.name : String(error);
  const hint = {
    user: '',
    usage: '; see demod --help',
    internal: `; this looks like a mistake in demod${process.env.DEBUG ? '' : ', DEBUG=1 shows where'}`,
  }[kind];
  process.stderr.write(`error: ${message.trim().replace(/\s*\n\s*/g, ' ')}${hint}\n`);
  if (process.env.DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return EXIT_CODES[kind];
}

function kindOf(error: unknown): 'user' | 'usage' | 'internal' {
  if (error instanceof UserError) return 'user';
  // YError is what yargs throws at command lines that it cannot read.
  return error instanceof Error && ['UsageError', 'YError'].includes(error.name) ? 'usage' : 'internal';
}
