import { gaussianDistortion } from '@blind-demod/distortion-data';
import { expect, test } from 'vitest';
import { lampImage, onRail, RAIL_ENDS } from '../src/lamp.js';

test('on the rail, at full strength, the light is the paper’s distortion', () => {
  for (const center of [-3, -1.2, 0, 3]) {
    const place = RAIL_ENDS[0] + ((center + 3) / 6) * (RAIL_ENDS[1] - RAIL_ENDS[0]);
    const light = lampImage({ x: place, y: place, width: 27, strength: 1 }, 28);
    const expected = gaussianDistortion({ center, width: 27 }, 28, 5);
    light.forEach((value, pixel) => {
      expect(value).toBeCloseTo(expected[pixel]!, 6); // single precision
    });
  }
});

test('without strength it is even, and with some between', () => {
  const lamp = { x: 0.2, y: 0.7, width: 20 };
  expect(lampImage({ ...lamp, strength: 0 }, 16).every(value => value === 1)).toBe(true);
  const [full, half] = [lampImage({ ...lamp, strength: 1 }, 16), lampImage({ ...lamp, strength: 0.5 }, 16)];
  half.forEach((value, pixel) => {
    expect(value).toBeCloseTo((1 + full[pixel]!) / 2, 6);
  });
});

test('the nearest place on the rail', () => {
  expect(onRail(0.5, 0.5)).toBe(0.5);
  expect(onRail(0.4, 0.6)).toBe(0.5);
  expect(onRail(0, 0)).toBe(RAIL_ENDS[0]);
  expect(onRail(1, 1)).toBe(RAIL_ENDS[1]);
});
