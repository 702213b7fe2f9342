// The noise of a picture, told from the picture.
import type { Float32NdArray } from '@blind-demod/arrays';

/** Median of the absolute value of a standard normal number. */
const MEDIAN_DEVIATION = 0.6745;

/**
 * The standard deviation of white Gaussian noise in each of n images [n, channels, height, width], as the median
 * absolute second difference across the picture's diagonals (the finest Haar wavelet; Donoho and Johnstone 1994): edges
 * are few, and the median does not see them. Squares of four pixels with a missing one are left out.
 *
 * @returns [n]; 0 for an image whose smooth parts are the larger ones, and for one without whole squares.
 */
export function noiseLevels(images: Float32NdArray, observed?: Float32NdArray): number[] {
  const [height, width] = images.shape.slice(-2) as [number, number];
  const pixels = images.data.length / images.shape[0]!;
  return Array.from({ length: images.shape[0]! }, (_, image) => {
    const details: number[] = [];
    for (let line = 0; line < pixels / width; line += 2) {
      if ((line % height) + 1 >= height) continue;
      for (let column = 0; column + 1 < width; column += 2) {
        const at = image * pixels + line * width + column;
        const square = [at, at + 1, at + width, at + width + 1];
        if (observed && square.some(pixel => observed.data[pixel] === 0)) continue;
        const [a, b, c, d] = square.map(pixel => images.data[pixel]!) as [number, number, number, number];
        details.push(Math.abs(a - b - c + d) / 2);
      }
    }
    details.sort((a, b) => a - b);
    return (details[Math.floor(details.length / 2)] ?? 0) / MEDIAN_DEVIATION;
  });
}
