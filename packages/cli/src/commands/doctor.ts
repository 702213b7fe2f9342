// demod doctor: what works here, and what to do about the rest.
import type { Command } from '../command.js';
import { type ArtifactsArguments, artifactsOption, seedOption } from '../options.js';

export const command: Command<ArtifactsArguments> = {
  builder: yargs => yargs.options({ ...artifactsOption, ...seedOption }),
  handler: async args => (await import('../handlers/doctor.js')).run(args),
};
