// Rows of images with their labels, as PNG.
import type { Float32NdArray } from '@blind-demod/arrays';
import { blank, enlarged, interleaved, paste, toSharp } from './pixels.js';
import { svgElement, textElement } from './svg.js';
import { outlinedSvg } from './text.js';

export interface FigureRow {
  readonly label: string;
  /** One image [channels, height, width] per column; values are clipped to [0, 1]. */
  readonly images: readonly Float32NdArray[];
}

/** Pixels, at least, per side of an image as shown; smaller images are enlarged by a whole factor. */
const SHOWN_SIZE = 128;
const GAP = 4;
const FONT_SIZE = 15;
const LABEL_WIDTH = 170;

/** The figure as a PNG, black on white, with the rows' labels on the left. */
export async function drawFigure(rows: readonly FigureRow[]): Promise<Uint8Array> {
  const columns = rows[0]!.images.length;
  const size = rows[0]!.images[0]!.shape[1]!;
  const factor = Math.ceil(SHOWN_SIZE / size);
  const step = factor * size + GAP;
  const width = LABEL_WIDTH + columns * step + GAP;
  const figure = blank({ width, height: rows.length * step + GAP, channels: 3 }, 255);
  for (const [row, { images }] of rows.entries()) {
    for (const [column, image] of images.entries()) {
      const shown = enlarged(interleaved(image, 3), factor);
      paste(shown, figure, LABEL_WIDTH + column * step + GAP, row * step + GAP);
    }
  }
  const labels = svgElement({ width: LABEL_WIDTH, height: figure.height });
  for (const [row, { label }] of rows.entries()) {
    const baseLine = (row + 0.5) * step + FONT_SIZE / 3;
    labels.append(textElement(label, LABEL_WIDTH - 6, baseLine, { size: FONT_SIZE, anchor: 'end' }));
  }
  return toSharp(figure)
    .composite([{ input: Buffer.from(outlinedSvg(labels)), left: 0, top: 0 }])
    .png()
    .toBuffer();
}
