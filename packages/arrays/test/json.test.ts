import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonSyntaxError, parseJson } from '../src/json.js';

describe('parseJson', () => {
  test('reads whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('accepts and refuses what JSON.parse does', () => {
    const piece = fc.constantFrom(
      ...'{}[],:"\\ \n\t01-.eE+',
      'true',
      'null',
      '"a"',
      '"b":',
      '\\u00e9',
      '\x7f',
      '\x1f',
      '9',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), pieces => {
        const text = pieces.join('');
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          expect(() => parseJson(text)).toThrow(JsonSyntaxError);
          return;
        }
        expect(parseJson(text)).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test('refuses what would exhaust the stack', () => {
    expect(() => parseJson('['.repeat(100_000))).toThrow('nested more than 100 deep');
  });

  test('takes __proto__ for a key like any other', () => {
    const value = parseJson('{"__proto__": {"x": 1}}');
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect((value as { x?: number }).x).toBeUndefined();
  });
});
