// Where the time of a measured program goes.
import { type OperatorTime, profile } from '@blind-demod/jit/node';
import { makeProgram, type ProgramName, type Size } from './programs.js';

/** The operators of one run of a program on the `cpu` device, those that take longest first. */
export async function profileProgram(name: ProgramName, size: Size): Promise<OperatorTime[]> {
  const { fn, input } = makeProgram(name, size);
  return profile(fn, input);
}
