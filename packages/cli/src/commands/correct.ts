// demod correct: takes the light out of pictures.
import type { Command } from '../command.js';
import { UsageError } from '../exit.js';
import { type CommonArguments, cameraOptions, forceOption } from '../options.js';
import { takingFiles } from '../several-files.js';

export type Arguments = CommonArguments & {
  pictures: string[];
  out: string;
  each: boolean;
  light: string | undefined;
  flat: string | undefined;
  prior: string | undefined;
  dark: string | undefined;
  mask: string | undefined;
  normalise: boolean;
  float: boolean;
  force: boolean;
};

export const command: Command<Arguments> = {
  builder: yargs =>
    takingFiles(yargs, 'pictures', 'Files, folders or patterns; those of one size share one light')
      .options(forceOption)
      .option('out', {
        type: 'string',
        requiresArg: true,
        default: 'corrected',
        describe: 'Folder of the corrected pictures, the light and the report',
      })
      .option('each', {
        type: 'boolean',
        default: false,
        describe: 'Give each file a light of its own',
      })
      .option('light', {
        type: 'string',
        requiresArg: true,
        describe: 'Divide by this light, such as a light.tif found before',
      })
      .option('flat', {
        type: 'string',
        requiresArg: true,
        describe: 'Take the light from this picture of an empty, even field',
      })
      .option('prior', {
        type: 'string',
        requiresArg: true,
        describe: "Find the light by a specimen's prior, which `demod train --pictures` makes",
      })
      .options(cameraOptions)
      .option('normalise', {
        type: 'boolean',
        default: false,
        describe: 'Bring all pictures to the same brightness, too',
      })
      .option('float', {
        type: 'boolean',
        default: false,
        describe: 'Write 32-bit floats, as TIFF, whatever the pictures are',
      })
      .check(({ light, flat, each, prior }) => {
        const lights = Object.entries({ light, flat, each, prior }).filter(([, given]) => given);
        if (lights.length < 2 || (each && prior && lights.length === 2)) return true;
        const [first, second] = lights.map(([name]) => `--${name}`);
        throw new UsageError(`${first} and ${second} say two things of the light; give one of them`);
      })
      .example('$0 correct slides/ --out even', 'Pictures under one light')
      .example('$0 correct photo.jpg', 'A single picture')
      .example(
        '$0 correct more/*.tif --light even/light.tif',
        'Further pictures under a light that is known',
      ),
  handler: async args => (await import('../handlers/correct.js')).run(args),
};
