// Why a file cannot be read, said inside; whoever knows the file's name puts it in front.

import { UserError } from '@blind-demod/arrays';

/** A reason, and what to do, without the name of the file. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** The file's bytes are not what they have to be. */
export const damaged = (reason: string): Unreadable =>
  new Unreadable(`damaged: ${reason}; get the file again`);

/** Runs `work`; a reason that it throws becomes the one line for the user, with the file's name. */
export async function naming<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Unreadable) throw new UserError(`${file}: ${error.message}`);
    throw error;
  }
}
