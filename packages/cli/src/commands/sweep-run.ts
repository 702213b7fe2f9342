// demod sweep-run: one run of a sweep, in a process of its own. `demod sweep` starts it.
import type { Command } from '../command.js';
import {
  type ArtifactsArguments,
  artifactsOption,
  forceOption,
  seedOption,
  testImagesOption,
} from '../options.js';

export type Arguments = ArtifactsArguments & { images: number | 'all' | undefined; force: boolean };

export const command: Command<Arguments> = {
  builder: yargs => yargs.options({ ...artifactsOption, ...seedOption, ...testImagesOption, ...forceOption }),
  handler: async args => (await import('../handlers/sweep-run.js')).run(args),
};
