// demod data: the images of both factors.
import type { Command } from '../command.js';
import { type ArtifactsArguments, artifactsOption, seedOption } from '../options.js';

export const command: Command<ArtifactsArguments> = {
  builder: yargs => yargs.options({ ...artifactsOption, ...seedOption }),
  handler: async args => (await import('../handlers/data.js')).run(args),
};
