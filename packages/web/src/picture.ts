// A visitor's own picture in the worker: its pixels, the small square that the solver sees, and a file of the result.
import type { Picture } from './messages.js';

/** Pixels that are divided at most; a picture of more is made smaller. */
const MOST_PIXELS = 16e6;
/** Rec. 709, as for colour pictures on the command line. */
const LUMINANCE = [0.2126, 0.7152, 0.0722];

/** The pixels of a picture file of the given size, shrunk where they are too many; black behind what is transparent. */
export async function decodePicture(file: Blob, size: { width: number; height: number }): Promise<Picture> {
  const factor = Math.min(1, Math.sqrt(MOST_PIXELS / (size.width * size.height)));
  const [width, height] = [size.width, size.height].map(side => Math.max(1, Math.floor(side * factor))) as [
    number,
    number,
  ];
  const bitmap = await createImageBitmap(file, {
    resizeWidth: width,
    resizeHeight: height,
    resizeQuality: 'high',
  });
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  const planes = [0, 1, 2].map(channel => {
    const plane = new Uint8Array(width * height);
    for (let pixel = 0; pixel < plane.length; pixel++) plane[pixel] = data[4 * pixel + channel]!;
    return plane;
  });
  const [red, green, blue] = planes as [Uint8Array, Uint8Array, Uint8Array];
  const grey = red.every((value, pixel) => value === green[pixel] && value === blue[pixel]);
  return { width, height, planes: grey ? [red] : planes };
}

/** A PNG file of a picture. */
export function encodePicture({ width, height, planes }: Picture): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const pixels = new ImageData(width, height);
  for (let channel = 0; channel < 4; channel++) {
    const plane = planes[Math.min(channel, planes.length - 1)]!;
    for (let pixel = 0; pixel < plane.length; pixel++) {
      pixels.data[4 * pixel + channel] = channel === 3 ? 255 : plane[pixel]!;
    }
  }
  canvas.getContext('2d')!.putImageData(pixels, 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}

/**
 * The brightness of a picture on size × size pixels, in [0, 1]: its longer side fills the square, what is beside the
 * shorter one is black, and each pixel is the mean over its area.
 */
export function toSquare({ width, height, planes }: Picture, size: number): Float32Array {
  const weights = planes.length === 1 ? [1] : LUMINANCE;
  const longer = Math.max(width, height);
  const cell = longer / size;
  const across = Array.from({ length: width }, (_, column) =>
    overlaps(column + (longer - width) / 2, cell, size),
  );
  const square = new Float64Array(size * size);
  const line = new Float64Array(size);
  for (let row = 0; row < height; row++) {
    line.fill(0);
    for (let column = 0; column < width; column++) {
      let value = 0;
      for (let index = 0; index < weights.length; index++) {
        value += weights[index]! * planes[index]![row * width + column]!;
      }
      for (const [at, length] of across[column]!) line[at]! += length * value;
    }
    for (const [at, length] of overlaps(row + (longer - height) / 2, cell, size)) {
      for (let column = 0; column < size; column++) square[at * size + column]! += length * line[column]!;
    }
  }
  return Float32Array.from(square, value => value / (255 * cell ** 2));
}

/** The cells of a width that the interval [from, from + 1] lies in, and how much of it in each. */
function overlaps(from: number, cell: number, cells: number): (readonly [at: number, length: number])[] {
  const first = Math.floor(from / cell);
  const last = Math.min(cells - 1, Math.ceil((from + 1) / cell) - 1);
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const at = first + index;
    return [at, Math.min(from + 1, (at + 1) * cell) - Math.max(from, at * cell)] as const;
  });
}
