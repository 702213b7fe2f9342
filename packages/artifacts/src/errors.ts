// What the system says of a file operation that failed, in words.
import { constants } from 'node:os';
import { UserError } from '@blind-demod/arrays/errors';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it would be larger than files may be here (see `ulimit -f`)',
  EIO: 'the device failed (input/output error)',
  EBADMSG: 'the device failed (what it read is damaged)',
  EUCLEAN: 'the device failed (its file system is damaged)',
  ENOENT: 'it is not there (any more)',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder',
  ENOTEMPTY: 'it is a folder',
  ELOOP: 'its links go round in a circle',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many files are open; allow more (`ulimit -n 1024`)',
  ENFILE: 'too many files are open on this machine',
  ENOMEM: 'not enough memory',
  EAGAIN: 'the system allows no more threads or processes (see `ulimit -u`), or has no memory for them',
  EBUSY: 'something else is using it',
  ESTALE: 'the network file system lost it',
  ENODEV: 'the device is gone',
  ENXIO: 'the device is gone',
};

/** What native libraries say, whose errors have no code: GLib, under sharp, and ONNX Runtime. */
const NO_THREAD = /Error creating thread|pthread_create failed/;

/** Codes by their numbers. Node names the commonest errors alone: of a quota that is used up it says 'Unknown system error -122'. */
const CODES = new Map([
  ...Object.entries(constants.errno).map(([code, number]) => [number, code] as const),
  ...(process.platform === 'linux' ? [[117, 'EUCLEAN'] as const] : []),
]);

/** The system's error code (`ENOENT`, …) of a failed file operation, if it has one. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error)) return undefined;
  const code = String(error.code);
  const [, number] = /^Unknown system error -(\d+)$/.exec(code) ?? [];
  return number === undefined ? code : (CODES.get(Number(number)) ?? `E${number}`);
}

/** Why the system refused an operation; undefined of an error that is not the system's. */
export function systemReason(error: unknown): string | undefined {
  if (error instanceof Error && NO_THREAD.test(error.message)) return REASONS.EAGAIN;
  const code = systemCode(error);
  // Node's own codes begin with ERR_.
  if (code === undefined || !/^E(?!RR_)[A-Z0-9]+$/.test(code)) return undefined;
  return REASONS[code] ?? `the system says ${code}`;
}

/** The UserError for a failed write where the cause is the system's, else the error itself. */
export const notWritable = (path: string, error: unknown): unknown => fault(`cannot write ${path}`, error);

/** The same of reading. */
export const notReadable = (path: string, error: unknown): unknown => fault(`cannot read ${path}`, error);

function fault(what: string, error: unknown): unknown {
  const reason = systemReason(error);
  return reason === undefined ? error : new UserError(`${what}: ${reason}`);
}
