import { psnr } from '@blind-demod/arrays';
import { PAPER_SOLVER } from '@blind-demod/demod-core';
import { describe, expect, test } from 'vitest';
import { EXAMPLES } from '../src/examples.js';
import { divideOut, enlarge } from '../src/full-size.js';
import { inkImage } from '../src/ink.js';
import { lampImage } from '../src/lamp.js';
import { toSquare } from '../src/picture.js';

describe('toSquare', () => {
  test('is the mean over blocks where they are whole', () => {
    const [size, factor] = [8, 3];
    const side = size * factor;
    const plane = Uint8Array.from({ length: side * side }, (_, pixel) => (pixel * 37) % 256);
    const square = toSquare({ width: side, height: side, planes: [plane] }, size);
    for (let pixel = 0; pixel < size * size; pixel++) {
      const [row, column] = [Math.floor(pixel / size) * factor, (pixel % size) * factor];
      let sum = 0;
      for (let y = 0; y < factor; y++)
        for (let x = 0; x < factor; x++) sum += plane[(row + y) * side + column + x]!;
      expect(square[pixel]).toBeCloseTo(sum / factor ** 2 / 255, 6);
    }
  });

  test('keeps the brightness of any size, and puts black beside the shorter side', () => {
    for (const [width, height] of [
      [100, 37],
      [37, 100],
      [5, 9],
      [64, 64],
    ] as const) {
      const planes = [0, 1, 2].map(channel => new Uint8Array(width * height).fill(100 + 50 * channel));
      const square = toSquare({ width, height, planes }, 64);
      const level = (0.2126 * 100 + 0.7152 * 150 + 0.0722 * 200) / 255;
      const share = (width * height) / Math.max(width, height) ** 2;
      expect(square.reduce((sum, value) => sum + value, 0) / 64 ** 2).toBeCloseTo(level * share, 5);
      expect(square[32 * 64 + 32]).toBeCloseTo(level, 5);
      expect(square[0]).toBeCloseTo(width === height ? level : 0, 5);
    }
  });
});

describe('enlarge', () => {
  test('keeps what is even, and a slope between the outermost pixels', () => {
    expect(enlarge(new Float32Array(16).fill(0.3), 50, 20).every(value => Math.abs(value - 0.3) < 1e-6)).toBe(
      true,
    );
    const side = 16;
    const slope = Float32Array.from({ length: side * side }, (_, pixel) => (pixel % side) + 0.5);
    const [width, height] = [160, 80];
    const large = enlarge(slope, width, height);
    for (let column = 20; column < width - 20; column++) {
      expect(large[40 * width + column]).toBeCloseTo((column + 0.5) / 10, 4);
    }
  });
});

test('the light that was found on a square is divided out of a picture of another shape, in every colour', () => {
  const [width, height, side] = [300, 200, 300];
  const lamp = { x: 0.6, y: 0.6, width: 26, strength: 1 };
  const [ink, light] = [inkImage(EXAMPLES[1]!.ink, side), lampImage(lamp, side)];
  const crop = (square: Float32Array) =>
    Float32Array.from(
      { length: width * height },
      (_, pixel) => square[pixel + ((side - height) / 2) * side]!,
    );
  const [signal, distortion] = [crop(ink), crop(light)];
  const colours = [1, 0.8, 0.5];
  const planes = colours.map(colour =>
    Uint8Array.from(signal, (w, pixel) => 255 * colour * w * distortion[pixel]!),
  );
  const found = { light: lampImage(lamp, 64), signal: inkImage(EXAMPLES[1]!.ink, 64), exposure: 1 };
  const divided = divideOut({ width, height, planes }, found, PAPER_SOLVER);
  expect([divided.width, divided.height, divided.planes.length]).toEqual([width, height, 3]);
  const quality = (plane: Uint8Array, colour: number) =>
    psnr(
      Float32Array.from(plane, value => value / 255),
      signal.map(value => colour * value),
    );
  colours.forEach((colour, index) => {
    // In eight bits, and regularised in the dark: so far the quotient of the true factors comes.
    expect(quality(divided.planes[index]!, colour)).toBeGreaterThan(32);
    expect(quality(planes[index]!, colour)).toBeLessThan(quality(divided.planes[index]!, colour) - 8);
  });
});
