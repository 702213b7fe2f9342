// The error that the user can mend.

/**
 * Something wrong outside the program: one line that says what, where, and what to do.
 *
 * @example
 * import { loadGenerators, UserError } from 'blind-demod';
 *
 * const error = await loadGenerators('no-such-folder').catch(error => error);
 * console.log(error instanceof UserError); // true
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}
