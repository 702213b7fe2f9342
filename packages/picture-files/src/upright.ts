// Turning a page as EXIF's orientation says.

import type { Pixels } from './picture.js';

/**
 * Where the stored rows and columns go (EXIF 2.3, tag 0x0112): whether rows become columns, and whether the first row and the
 * first column are the last ones of the picture that stands upright.
 */
const TURNS: Record<number, { transposed: boolean; rowsReversed: boolean; columnsReversed: boolean }> = {
  2: { transposed: false, rowsReversed: false, columnsReversed: true },
  3: { transposed: false, rowsReversed: true, columnsReversed: true },
  4: { transposed: false, rowsReversed: true, columnsReversed: false },
  5: { transposed: true, rowsReversed: false, columnsReversed: false },
  6: { transposed: true, rowsReversed: true, columnsReversed: false },
  7: { transposed: true, rowsReversed: true, columnsReversed: true },
  8: { transposed: true, rowsReversed: false, columnsReversed: true },
};

/** The page, standing upright. @param orientation 1 to 8: that of its picture. */
export function upright(page: Pixels, orientation: number): Pixels {
  const turn = TURNS[orientation];
  if (turn === undefined) return page;
  const { transposed, rowsReversed, columnsReversed } = turn;
  const [planes, storedHeight, storedWidth] = page.shape;
  const [height, width] = transposed ? [storedWidth, storedHeight] : [storedHeight, storedWidth];
  const data = page.data.slice();
  for (let plane = 0; plane < planes; plane++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [row, column] = transposed ? [x, y] : [y, x];
        const from = rowsReversed ? storedHeight - 1 - row : row;
        const at = columnsReversed ? storedWidth - 1 - column : column;
        data[(plane * height + y) * width + x] = page.data[(plane * storedHeight + from) * storedWidth + at]!;
      }
    }
  }
  return { shape: [planes, height, width], data };
}
