// What a picture is: a file of pages of one size and type, read one at a time, as the numbers that are in it.

import type { Metadata } from './metadata.js';
import type { SampleArray, SampleType } from './samples.js';

/** The kinds of files that are read. */
export type Format = 'tiff' | 'png' | 'jpeg' | 'webp' | 'gif';

/** Where a page stands in a stack: each from 0. */
export interface Page {
  readonly channel: number;
  /** Depth, `Z` of microscopes. */
  readonly slice: number;
  /** Time, `T` of microscopes; of an animation, the picture. */
  readonly frame: number;
}

/** The numbers of one page. */
export interface Pixels {
  /** [planes, height, width]: colours one after the other, then alpha, if there is any. */
  readonly shape: readonly [planes: number, height: number, width: number];
  /** Row-major, of the file's own type, unscaled. */
  readonly data: SampleArray;
}

/** How a page is laid out: what a writer has to know of a picture. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Planes of colour: 1 for grey, 3 for red, green and blue. */
  readonly channels: number;
  /** An alpha plane after the colours: `premultiplied` when the colours are already multiplied by it. */
  readonly alpha?: 'straight' | 'premultiplied';
  readonly type: SampleType;
}

/** An open file. Close it when done. */
export interface Picture extends Layout {
  readonly file: string;
  readonly format: Format;
  /** One for each page, in the file's order. */
  readonly pages: readonly Page[];
  /**
   * The value of white: what the file says, else the largest value of its integers; undefined where nothing says so
   * (floats, 32-bit integers).
   */
  readonly white: number | undefined;
  /** EXIF orientation, 1 to 8: how the stored pixels are to be turned to stand upright. They are not turned here. */
  readonly orientation: number;
  /** The pages are pictures of an animation. */
  readonly animated: boolean;
  /** What a person should know of how the file was read, a sentence each. */
  readonly notes: readonly string[];
  /** What else the file tells, for the file that is written from it. */
  readonly metadata: Metadata;
  /**
   * The numbers of page `index`, exactly as they are stored.
   *
   * @throws UserError when the file is damaged, naming it.
   */
  read(index: number): Promise<Pixels>;
  close(): Promise<void>;
}

/** How many planes a page has: colours and alpha. */
export const planesOf = ({ channels, alpha }: Layout): number => channels + (alpha === undefined ? 0 : 1);
