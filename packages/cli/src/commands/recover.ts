// demod recover: takes a picture apart, or several that share their distortion.
import type { Command } from '../command.js';
import { UsageError } from '../exit.js';
import { type ExperimentArguments, forceOption, seedOption } from '../options.js';
import { takingFiles } from '../several-files.js';

export type Arguments = ExperimentArguments & {
  images: string[];
  shared: boolean;
  out: string;
  force: boolean;
  page: number | undefined;
  white: number | undefined;
  exposure: 'found' | 'known';
  'black-level': number | undefined;
};

export const command: Command<Arguments> = {
  builder: yargs =>
    takingFiles(
      yargs,
      'images',
      "PNG, JPEG, WebP, TIFF or GIF; cropped and resized to the experiment's image size",
    )
      .options({ ...seedOption, ...forceOption })
      .option('shared', {
        type: 'boolean',
        default: false,
        describe: 'The pictures, or the pages of one, have one distortion, so that each helps to find it',
      })
      .option('out', {
        type: 'string',
        requiresArg: true,
        default: 'recovered',
        describe: 'Folder of the recovered pictures',
      })
      .option('page', {
        type: 'string',
        requiresArg: true,
        coerce: optional(toPage),
        defaultDescription: 'all',
        describe: 'Which page of a stack or animation, from 1',
      })
      .option('white', {
        type: 'string',
        requiresArg: true,
        coerce: optional(toWhite),
        defaultDescription: 'what the file says, or its brightest value',
        describe: "The value of white in the file's own numbers",
      })
      .option('exposure', {
        choices: ['found', 'known'] as const,
        requiresArg: true,
        default: 'found' as const,
        describe:
          'Whether the picture is w ⊙ x as it is, from black at 0 to white at 1, or its levels are to be found',
      })
      .option('black-level', {
        type: 'string',
        requiresArg: true,
        coerce: optional(toBlackLevel),
        defaultDescription: 'found, with the exposure',
        describe: 'What the camera shows where there is no light, as a fraction of white',
      })
      .check(({ images, shared }) => {
        if (images.length < 2 || shared) return true;
        throw new UsageError(
          'several pictures are recovered together: say that they share a distortion, --shared',
        );
      })
      .example('$0 recover photo.png --out recovered', 'One picture')
      .example('$0 recover a.png b.png c.png --shared', 'Three of the same light'),
  handler: async args => (await import('../handlers/recover.js')).run(args),
};

/** @throws UsageError */
function toBlackLevel(given: string): number {
  const level = Number(given);
  if (given.trim() !== '' && level >= 0 && level < 1) return level;
  throw new UsageError(`--black-level expects a number of at least 0 and less than 1, got "${given}"`);
}

/** Of an option that may be absent. */
const optional =
  <Value>(convert: (given: string) => Value) =>
  (given: string | undefined): Value | undefined =>
    given === undefined ? undefined : convert(given);

/** A page on the command line. @throws UsageError */
export function toPage(given: string): number {
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given);
  throw new UsageError(`--page expects a whole number of at least 1, got "${given}"`);
}

/** The value of white on the command line. @throws UsageError */
export function toWhite(given: string): number {
  const white = Number(given);
  if (given.trim() !== '' && Number.isFinite(white) && white > 0) return white;
  throw new UsageError(`--white expects a number above 0, got "${given}"`);
}
