// Rows of images with their labels, as PNG.
import type { Float32NdArray } from '@blind-demod/arrays';
import sharp from 'sharp';

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

/**
 * The figure as a PNG, black on white, with the rows' labels on the left where the machine has a font for
 * them.
 */
export async function drawFigure(rows: readonly FigureRow[]): Promise<Uint8Array> {
  const columns = rows[0]!.images.length;
  const size = rows[0]!.images[0]!.shape[1]!;
  const factor = Math.ceil(SHOWN_SIZE / size);
  const step = factor * size + GAP;
  const left = (await hasFont()) ? LABEL_WIDTH : 0;
  const canvas = { width: left + columns * step + GAP, height: rows.length * step + GAP };
  const pixels = new Uint8ClampedArray(3 * canvas.width * canvas.height).fill(255);
  for (const [row, { images }] of rows.entries()) {
    for (const [column, image] of images.entries()) {
      paint(pixels, canvas.width, image, factor, left + column * step + GAP, row * step + GAP);
    }
  }
  const figure = sharp(pixels, { raw: { ...canvas, channels: 3 } });
  if (left > 0) {
    const lines = rows.map(
      ({ label }, row) => `<text x="${left - 6}" y="${(row + 0.5) * step + FONT_SIZE / 3}">${label}</text>`,
    );
    figure.composite([{ input: svg(left, canvas.height, lines.join('')), left: 0, top: 0 }]);
  }
  return figure.png().toBuffer();
}

/** Paints an image, each of its pixels as a square of `factor` × `factor`. */
function paint(
  pixels: Uint8ClampedArray,
  width: number,
  image: Float32NdArray,
  factor: number,
  left: number,
  top: number,
): void {
  const [channels = 1, rows = 1, columns = 1] = image.shape;
  for (let y = 0; y < factor * rows; y++) {
    for (let x = 0; x < factor * columns; x++) {
      const source = Math.floor(y / factor) * columns + Math.floor(x / factor);
      for (let colour = 0; colour < 3; colour++) {
        const value = image.data[Math.min(colour, channels - 1) * rows * columns + source]!;
        // The array's own conversion clips and rounds.
        pixels[3 * ((top + y) * width + left + x) + colour] = 255 * value;
      }
    }
  }
}

function svg(width: number, height: number, content: string): Buffer {
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" text-anchor="end"` +
      ` font-family="sans-serif" font-size="${FONT_SIZE}">${content}</svg>`,
  );
}

/** Whether text can be drawn: without a font every letter is nothing, or the same box. */
async function hasFont(): Promise<boolean> {
  const [narrow, wide] = await Promise.all(
    ['i', 'W'].map(letter =>
      sharp(svg(40, 40, `<text x="30" y="30">${letter}</text>`))
        .raw()
        .toBuffer(),
    ),
  );
  return !narrow!.equals(wide!);
}
