// How the program ends when something is wrong: one line on stderr, and an exit code that says what kind it was.
//
// Ctrl-C is left to the system, which ends the program at once (shells report 130): a handler of Node's would wait
// for the engine's current step, and nothing is half-written: of a file that was being written a hidden temporary one stays
// until the next run in its folder.

import { UserError } from '@blind-demod/arrays/errors';
import { systemCode, systemReason } from '@blind-demod/artifacts/errors';

/** The command line itself was wrong. */
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
  /** Whoever read what it prints went away: as of a program that SIGPIPE ended, whose number is 13. */
  closedPipe: 128 + 13,
} as const;

/**
 * Ends the program by what cannot be caught where it arises: a failed write to stdout or stderr, which is told later, or a
 * mistake.
 */
export function exitOnFaults(): void {
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].on('error', error => {
      if (systemCode(error) === 'EPIPE') process.exit(EXIT_CODES.closedPipe);
      process.exit(reportError(new UserError(`cannot write to ${name}: ${systemReason(error)}`)));
    });
  }
  process.on('uncaughtException', error => process.exit(reportError(error)));
  // A file beyond the limit of `ulimit -f` is then an error of the write, and does not end the program without a word.
  process.on('SIGXFSZ', () => {});
}

/** Writes the one line for an error, and returns the exit code. With DEBUG set there is a stack trace too. */
export function reportError(error: unknown): number {
  const kind = kindOf(error);
  const message = messageOf(error);
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
  if (error instanceof UserError || systemReason(error) !== undefined || isOutOfMemory(error)) return 'user';
  return error instanceof UsageError ? 'usage' : 'internal';
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const reason = systemReason(error);
  const { path, syscall = 'work' } = error as NodeJS.ErrnoException;
  if (syscall === 'uv_cwd') return 'the folder that demod was started in is gone; start it in another';
  // Of a program that cannot be started, the syscall is 'spawn PATH'.
  const what = path && !syscall.includes(path) ? `${syscall} ${path}` : syscall;
  if (reason !== undefined) return `cannot ${what}: ${reason}`;
  if (isOutOfMemory(error))
    return `not enough memory (${error.message}); use smaller networks, images or batches`;
  return error.message || error.name;
}

/** What V8, WebAssembly, C++ and the loader of libraries say when they get no memory. */
const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error &&
  /^(Array buffer allocation failed|Invalid typed array length: \d+)$|\bbad_alloc\b|Out of memory|failed to map segment/.test(
    error.message,
  );
