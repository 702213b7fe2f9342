// demod correct: takes the light out of pictures.

import { type CorrectionResult, correct } from '@blind-demod/illumination';
import { percent } from '@blind-demod/picture';
import type { Command } from '../command.js';
import { UsageError } from '../exit.js';
import type { CommonArguments } from '../options.js';
import { printResult } from '../output.js';
import { forceOption } from '../overwrite.js';
import { takingFiles } from '../several-files.js';

type Arguments = CommonArguments & {
  pictures: string[];
  out: string;
  each: boolean;
  light: string | undefined;
  flat: string | undefined;
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
      .option('dark', {
        type: 'string',
        requiresArg: true,
        describe: 'What the camera tells without light: a number, a file, or "auto"',
      })
      .option('mask', {
        type: 'string',
        requiresArg: true,
        describe: 'A picture whose zeros are left out when the light is found',
      })
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
      .check(({ light, flat, each }) => {
        const lights = Object.entries({ light, flat, each }).filter(([, given]) => given);
        if (lights.length < 2) return true;
        const [first, second] = lights.map(([name]) => `--${name}`);
        throw new UsageError(`${first} and ${second} say two things of the light; give one of them`);
      })
      .example('$0 correct slides/ --out even', 'Pictures under one light')
      .example('$0 correct photo.jpg', 'A single picture')
      .example(
        '$0 correct more/*.tif --light even/light.tif',
        'Further pictures under a light that is known',
      ),
  handler: async args => {
    const result = await correct(args);
    printResult(args, result, told(result));
  },
};

/** What was done, a line for each light, and what a person should know. */
function told({ series, report }: CorrectionResult): string[] {
  const lines = series.flatMap(({ width, height, channels, found, pictures, light }) => {
    const many =
      pictures.length === 1 ? `${pictures[0]!.from}` : `${pictures.length} pictures of ${width}×${height}`;
    if (found === undefined) return [`${many}: divided by ${light}`];
    return found.map((one, channel) => {
      const which =
        found.length > 1 ? `${many}, channel ${channel + 1}` : channels > 1 ? `${many}, all channels` : many;
      if (one === null) return `${which}: nothing to see, left as it is`;
      const { before, after } = one.unevenness;
      return `${which}: ${percent(before)} uneven before, ${percent(after)} after; the light is ${one.inWords}`;
    });
  });
  const pictures = series.flatMap(one => one.pictures);
  const clipped = pictures.filter(one => one.clipped > 0);
  const silent = pictures.filter(({ withoutSignal = [] }) => withoutSignal.length > 0);
  const notes = new Set(pictures.flatMap(({ from, notes = [] }) => notes.map(note => `${from}: ${note}`)));
  if (silent.length > 0)
    lines.push(`${list(silent.map(({ from }) => from))}: shows nothing, left out when the light was found`);
  if (clipped.length > 0) {
    lines.push(
      `${clipped.length} of ${pictures.length} pictures have numbers that became too large for their type and were cut off; --float keeps them`,
    );
  }
  return [...lines, ...notes, report];
}

const list = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
