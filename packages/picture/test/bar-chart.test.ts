import { expect, test } from 'vitest';
import { barChart } from '../src/bar-chart.js';

test('a bar is as long as its value, to an eighth of a character', () => {
  const bars = [
    { label: 'long', value: 8, note: 'a' },
    { label: 'half', value: 4.5, note: '' },
    { label: 'no', value: 0, note: 'c' },
  ];
  expect(barChart(bars, { width: 8, ascii: true })).toBe('long ######## a\nhalf #####\nno            c');
  expect(barChart(bars, { width: 8, ascii: false })).toBe('long ████████ a\nhalf ████▌\nno            c');
  expect(barChart([{ label: 'x', value: 0, note: '' }], { width: 8, ascii: true })).toBe('x');
});
