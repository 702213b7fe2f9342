// The error that the user can mend.

/** Something wrong outside the program: one line that says what, where, and what to do. */
export class UserError extends Error {
  override readonly name = 'UserError';
}
