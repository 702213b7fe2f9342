// What pictures under one light have in common, cell by cell.
import { median } from '@blind-demod/arrays';

/** Side of the pictures in which that is looked for: see `halved`. */
export const COARSE = 32;

/** The median over pictures, all of one length. */
export const medianOf = (pictures: readonly Float32Array[]): Float32Array =>
  pictures[0]!.map((_, cell) => median(pictures.map(picture => picture[cell]!)));
