// The pages of a picture that are taken apart, each as an image, and what to tell of them.

import { type Float32NdArray, UserError } from '@blind-demod/arrays';
import { imageOfPage, whiteOf } from '@blind-demod/distortion-data';
import { type Picture, withPicture } from '@blind-demod/picture-files';

export interface PageToRecover {
  /** From 1. */
  readonly number: number;
  /** [channels, size, size] */
  readonly image: Float32NdArray;
}

interface Wanted {
  readonly size: number;
  readonly channels: number;
  /** The one page that is wanted, from 1; else all. */
  readonly page: number | undefined;
  readonly white: number | undefined;
}

/**
 * The pages of a picture that have something to take apart, and sentences about the picture and how it was read.
 *
 * @throws UserError when the picture cannot be read, or no page has anything to take apart.
 */
export async function readPages(
  file: string,
  { size, channels, page, white: given }: Wanted,
): Promise<{ pages: PageToRecover[]; notes: string[] }> {
  return withPicture(file, async picture => {
    const count = picture.pages.length;
    if (page !== undefined && page > count) {
      throw new UserError(
        `${file}: --page ${page} is wanted, and it has ${count === 1 ? 'one page' : `${count} pages`}`,
      );
    }
    const numbers = page === undefined ? picture.pages.map((_, index) => index + 1) : [page];
    const indices = numbers.map(number => number - 1);
    const { white, notes: aboutWhite } =
      given === undefined ? await whiteOf(picture, indices) : { white: given, notes: [] };
    const pages: PageToRecover[] = [];
    const notes = new Set([...severalPages(picture, page), ...aboutWhite]);
    for (const number of numbers) {
      const { image, notes: more } = await imageOfPage(picture, number - 1, { size, channels, white });
      const nothing = nothingToTakeApart(image);
      if (numbers.length === 1 && nothing !== undefined) {
        throw new UserError(
          [`${file}: ${count > 1 ? `page ${number}` : 'it'} is ${nothing}.`, ...more].join(' '),
        );
      }
      for (const note of more) notes.add(note);
      if (nothing === undefined) pages.push({ number, image });
      else notes.add(`Page ${number} is left out: it is ${nothing}.`);
    }
    if (pages.length === 0)
      throw new UserError(`${file}: no page has anything to take apart. ${[...notes].at(-1)}`);
    return { pages, notes: [...notes] };
  });
}

function severalPages({ animated, pages }: Picture, page: number | undefined): string[] {
  if (pages.length === 1) return [];
  const what = animated ? `It is an animation of ${pages.length} pictures` : `It has ${pages.length} pages`;
  return [
    page === undefined
      ? `${what}: each is taken apart by itself; --page takes one.`
      : `${what}: this is page ${page}.`,
  ];
}

/** Of white: less than half a level of 8 bits. */
const LEAST_CONTRAST = 0.5 / 255;

/** What is wrong with an image that has no signal; undefined of every other. */
function nothingToTakeApart({ data }: Float32NdArray): string | undefined {
  let [darkest, brightest] = [Infinity, -Infinity];
  for (const value of data) [darkest, brightest] = [Math.min(darkest, value), Math.max(brightest, value)];
  if (brightest <= 0) return 'black all over';
  if (brightest - darkest >= LEAST_CONTRAST * brightest) return undefined;
  return 'equally bright all over: nothing but light is there, and nothing to take it from';
}
