import { expect, test } from 'vitest';
import { toCsv } from '../src/csv.js';

test('fields are separated by commas and lines ended by CRLF', () => {
  expect(
    toCsv(
      ['a', 'b'],
      [
        [1, 'x'],
        [2.5, ''],
      ],
    ),
  ).toBe('a,b\r\n1,x\r\n2.5,\r\n');
});

test('fields with commas, quotes or line ends are quoted', () => {
  expect(toCsv(['a,b'], [['say "x"'], ['two\nlines']])).toBe('"a,b"\r\n"say ""x"""\r\n"two\nlines"\r\n');
});

test('numbers have at most 7 significant digits', () => {
  expect(toCsv(['x'], [[1 / 3], [1e-9 / 3], [123456789], [100]])).toBe(
    'x\r\n0.3333333\r\n3.333333e-10\r\n123456800\r\n100\r\n',
  );
});
