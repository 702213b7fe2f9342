// The error that the user can mend.

/** Something wrong outside the program: one line that says what, where, and what to do. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** The system's error code (`ENOENT`, …) of a failed file operation, if it has one. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
