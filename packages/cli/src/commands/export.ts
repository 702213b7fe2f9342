// demod export: the generators as files for other programs.
import type { Command } from '../command.js';
import { type ExperimentArguments, forceOption, seedOption } from '../options.js';

export type Arguments = ExperimentArguments & { out: string; force: boolean };

export const command: Command<Arguments> = {
  builder: yargs =>
    yargs.options({ ...seedOption, ...forceOption }).option('out', {
      type: 'string',
      requiresArg: true,
      default: 'exported',
      describe: 'Folder of the models: signal.onnx and distortion.onnx, "code" to "image"',
    }),
  handler: async args => (await import('../handlers/export.js')).run(args),
};
