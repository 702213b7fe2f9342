import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EXAMPLES } from '../src/examples.js';
import { BOX, fitted, GRID, type Ink, inkImage, type Point, simplified } from '../src/ink.js';

const point = fc.tuple(fc.integer({ min: 0, max: GRID }), fc.integer({ min: 0, max: GRID }));
const stroke = fc.array(point, { minLength: 1, maxLength: 30 });
const inks = fc.array(stroke, { minLength: 1, maxLength: 4 });

const distance = ([ax, ay]: Point, [bx, by]: Point) => Math.hypot(ax - bx, ay - by);
const brightness = (ink: Ink, size: number) =>
  inkImage(ink, size).reduce((sum, value) => sum + value, 0) / size ** 2;

describe('inkImage', () => {
  test('is white along the strokes, black far from them, and within [0, 1]', () => {
    fc.assert(
      fc.property(inks, ink => {
        const size = 64;
        const image = inkImage(ink, size);
        expect(image.every(value => value >= 0 && value <= 1)).toBe(true);
        for (const [x, y] of ink.flat()) {
          const pixel = (place: number) => Math.min(size - 1, Math.floor((place / GRID) * size));
          expect(image[pixel(y) * size + pixel(x)]).toBe(1);
        }
      }),
    );
    const dot = inkImage([[[128, 128]]], 64);
    expect(dot[0]).toBe(0);
  });

  test('shows the same at every size', () => {
    for (const { ink } of EXAMPLES) {
      // The edge of a stroke is smooth over three pixels of the smaller image.
      expect(brightness(ink, 64)).toBeCloseTo(brightness(ink, 512), 3);
    }
  });
});

describe('simplified', () => {
  test('keeps the ends, and every point near the straight lines between those that it keeps', () => {
    fc.assert(
      fc.property(stroke, fc.double({ min: 0.5, max: 20, noNaN: true }), (points, tolerance) => {
        const kept = simplified(points, tolerance);
        expect(kept[0]).toEqual(points[0]);
        expect(kept.at(-1)).toEqual(points.at(-1));
        for (const one of points) {
          const nearest = Math.min(
            ...kept.map((to, index) => {
              const from = kept[index - 1] ?? to;
              // Along each line in steps that are small beside the tolerance.
              const along = Array.from(
                { length: 401 },
                (_, step): Point => [
                  from[0] + (step / 400) * (to[0] - from[0]),
                  from[1] + (step / 400) * (to[1] - from[1]),
                ],
              );
              return Math.min(...along.map(at => distance(at, one)));
            }),
          );
          expect(nearest).toBeLessThan(tolerance + 1);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('makes a straight line of many points one of two', () => {
    const line = Array.from({ length: 50 }, (_, step): Point => [step * 4, step * 2]);
    expect(simplified(line)).toEqual([line[0], line.at(-1)]);
  });
});

describe('fitted', () => {
  test('brings a digit of any size and place into the box of the training digits, and leaves it there', () => {
    for (const { ink } of EXAMPLES) {
      const away = ink.map(stroke =>
        stroke.map(([x, y]): Point => [Math.round(x / 3) + 9, Math.round(y / 3) + 90]),
      );
      const back = fitted(away);
      const heights = back.flat().map(([, y]) => y);
      // Whole numbers on the grid, and a third of the digit's own precision.
      expect(Math.max(...heights) - Math.min(...heights)).toBeLessThan(BOX * GRID);
      expect(Math.max(...heights) - Math.min(...heights)).toBeGreaterThan(0.8 * BOX * GRID);
      expect(fitted(back)).toEqual(back);
    }
  });

  test('leaves what is no drawing yet', () => {
    expect(fitted([])).toEqual([]);
    expect(fitted([[[3, 4]]])).toEqual([[[3, 4]]]);
  });
});
