import { randomStream } from '@blind-demod/arrays';
import { describe, expect, test } from 'vitest';
import type { FamilyImages } from '../src/families/family.js';
import { drawIllumination } from '../src/families/illumination.js';
import { FAMILIES } from '../src/families/index.js';
import { type DrawLight, renderLight } from '../src/families/light.js';
import { drawScanLines } from '../src/families/scan-lines.js';
import { drawVignette } from '../src/families/vignette.js';

const LIGHTS = [
  'spot',
  'vignette',
  'gradient',
  'polynomial',
  'stripe',
  'scan-lines',
  'shadow',
  'illumination',
] as const;

const images = (source: (typeof LIGHTS)[number], change: object = {}, seed = 1) => {
  const family = FAMILIES[source];
  const settings = family.settings.parse({ source, count: 40, resolution: 16, ...change });
  return family.images(settings as never, { root: '/', seed }) as FamilyImages;
};

describe.each(LIGHTS)('%s', source => {
  test('gives lights between 0 and 1 that reach 1', () => {
    const { pixels, labels } = images(source);
    expect(pixels.shape).toEqual([40, 1, 16, 16]);
    expect(labels).toHaveLength(40);
    for (let image = 0; image < 40; image++) {
      const values = pixels.data.subarray(image * 256, (image + 1) * 256);
      expect(Math.max(...values)).toBe(1);
      expect(Math.min(...values)).toBeGreaterThan(0);
    }
  });

  test('gives the same lights for the same seed, however many are asked for, and others for another', () => {
    const few = images(source, { count: 3 }).pixels.data;
    expect(images(source).pixels.data.subarray(0, few.length)).toEqual(few);
    expect(images(source, {}, 2).pixels.data.subarray(0, few.length)).not.toEqual(few);
  });

  test('is the same light at any resolution', () => {
    // Three times as many pixels: the middle one of three is where the one was. Both are scaled by their own highest value.
    const [coarse, fine] = [images(source).pixels.data, images(source, { resolution: 48 }).pixels.data];
    const ratios = Array.from({ length: 256 }, (_, pixel) => {
      const [y, x] = [Math.floor(pixel / 16), pixel % 16];
      return fine[(3 * y + 1) * 48 + 3 * x + 1]! / coarse[pixel]!;
    });
    for (const ratio of ratios) expect(ratio / ratios[0]!).toBeCloseTo(1, 5); // float32
  });
});

test('a vignette falls as the fourth power of the cosine of the angle at which a pixel is seen', () => {
  const light = drawVignette(randomStream(3, 'test'));
  // 1 / √light is 1 + t d²: a parabola, whose second differences are 2 t h² everywhere, in both directions.
  const h = 0.1;
  const second = (at: (t: number) => number, t: number) => at(t + h) - 2 * at(t) + at(t - h);
  const parabola = (u: number, v: number) => 1 / Math.sqrt(light(u, v));
  const bends = [-0.7, 0, 0.4].flatMap(place => [
    second(u => parabola(u, 0.3), place),
    second(v => parabola(-0.2, v), place),
  ]);
  for (const bend of bends) expect(bend).toBeCloseTo(bends[0]!, 10);
  expect(bends[0]).toBeGreaterThan(0);
});

test('scan lines change along one direction alone', () => {
  const directions = Array.from({ length: 20 }, (_, index) => {
    const light = drawScanLines(randomStream(1, 'test', index));
    const [row, column] = [light(0.1, 0.3) === light(0.7, 0.3), light(0.3, 0.1) === light(0.3, 0.7)];
    expect(row).not.toBe(column);
    return row;
  });
  expect(new Set(directions)).toEqual(new Set([true, false]));
});

test('illumination has weak lights and strong ones', () => {
  const spreadOf = (draw: DrawLight, index: number) => {
    const values = renderLight(draw(randomStream(1, 'spread', index)), 16);
    return Math.max(...values) / Math.min(...values);
  };
  const spreads = Array.from({ length: 200 }, (_, index) => spreadOf(drawIllumination, index)).sort(
    (a, b) => a - b,
  );
  expect(spreads[10]).toBeLessThan(1.2);
  expect(spreads[100]).toBeGreaterThan(1.5);
  expect(spreads[190]).toBeGreaterThan(4);
});
