// Sums of products by an equation of letters, as NumPy's einsum has it.
import { elementCount } from '@blind-demod/arrays';
import * as tf from '@tensorflow/tfjs-core';
import { range } from '../known.js';
import type { Operator, OperatorTable } from '../operator.js';
import { apply, expand, Refusal, reshape, shapeOf, take, transpose, type Value } from '../value.js';
import { matrixProduct } from './product.js';

/** An array with a letter for each of its axes. */
interface Lettered {
  readonly value: Value;
  readonly letters: string;
}

const sizesOf = ({ value, letters }: Lettered, of: string): number[] =>
  [...of].map(letter => shapeOf(value)[letters.indexOf(letter)]!);
const ordered = ({ value, letters }: Lettered, order: string): Value =>
  transpose(
    value,
    [...order].map(letter => letters.indexOf(letter)),
  );

/** The sum over the letters that nothing else has. */
function summed({ value, letters }: Lettered, needed: string): Lettered {
  const kept = [...letters].filter(letter => needed.includes(letter)).join('');
  if (kept === letters) return { value, letters };
  const gone = [...letters].filter(letter => !needed.includes(letter)).join('');
  const sorted = ordered({ value, letters }, kept + gone);
  const axes = [...gone].map((_, index) => kept.length + index);
  return { value: apply(sorted, x => tf.sum(x, axes)), letters: kept };
}

function contracted(a: Lettered, b: Lettered, needed: string): Lettered {
  const [first, second] = [summed(a, b.letters + needed), summed(b, a.letters + needed)];
  const of = (letters: string, keep: (letter: string) => boolean) => [...letters].filter(keep).join('');
  const shared = (letter: string) => first.letters.includes(letter) && second.letters.includes(letter);
  const stack = of(first.letters, letter => shared(letter) && needed.includes(letter));
  const inner = of(first.letters, letter => shared(letter) && !needed.includes(letter));
  const [rows, columns] = [
    of(first.letters, letter => !shared(letter)),
    of(second.letters, letter => !shared(letter)),
  ];
  const sizes = {
    stack: sizesOf(first, stack),
    inner: elementCount(sizesOf(first, inner)),
    rows: sizesOf(first, rows),
    columns: sizesOf(second, columns),
  };
  const left = reshape(ordered(first, stack + rows + inner), [
    ...sizes.stack,
    elementCount(sizes.rows),
    sizes.inner,
  ]);
  const right = reshape(ordered(second, stack + inner + columns), [
    ...sizes.stack,
    sizes.inner,
    elementCount(sizes.columns),
  ]);
  const product = reshape(matrixProduct(left, right), [...sizes.stack, ...sizes.rows, ...sizes.columns]);
  return { value: product, letters: stack + rows + columns };
}

/** The array with one axis for each letter: of those that share one, the entries of equal places. */
function diagonal({ value, letters }: Lettered): Lettered {
  const second = [...letters].findIndex((letter, axis) => letters.indexOf(letter) < axis);
  if (second < 0) return { value, letters };
  const first = letters.indexOf(letters[second]!);
  const rest = [...letters].map((_, axis) => axis).filter(axis => axis !== first && axis !== second);
  const shape = shapeOf(value);
  const length = shape[first]!;
  if (shape[second] !== length)
    throw new Refusal(`[${shape}] has no diagonal along axes ${first} and ${second}`);
  const lengths = rest.map(axis => shape[axis]!);
  const square = reshape(transpose(value, [...rest, first, second]), [...lengths, length ** 2]);
  const places = range(0, length).map(place => place * (length + 1));
  return diagonal({
    value: take(square, rest.length, places),
    letters: rest.map(axis => letters[axis]).join('') + letters[first],
  });
}

/** The terms with letters of their own for the axes that an ellipsis stands for, the last of which are the same. */
function withoutEllipses(terms: readonly string[], ranks: readonly number[]): readonly string[] {
  return terms.map((term, index) => {
    const [before = '', after] = term.split('...');
    if (after === undefined) return term;
    const count = ranks[index]! - before.length - after.length;
    return (
      before +
      range(0, Math.max(count, 0))
        .map(axis => String.fromCharCode(DIGITS + count - 1 - axis))
        .join('') +
      after
    );
  });
}
/** No letter, and so none of an equation. */
const DIGITS = '0'.charCodeAt(0);

/** What an equation that says nothing of its result means: the axes that occur once, in order of their letters. */
function implied(terms: readonly string[], own: string): string {
  const all = terms.join('').replaceAll(/\d/g, '');
  return (
    own +
    [...new Set(all)]
      .filter(letter => all.split(letter).length === 2)
      .sort()
      .join('')
  );
}

/** The terms with axes of one repeated where another has more of the same letter. */
function widened(terms: readonly Lettered[]): readonly Lettered[] {
  const most = new Map<string, number>();
  for (const { value, letters } of terms) {
    for (const [axis, letter] of [...letters].entries())
      most.set(letter, Math.max(most.get(letter) ?? 1, shapeOf(value)[axis]!));
  }
  return terms.map(({ value, letters }) => ({
    value: expand(
      value,
      [...letters].map(letter => most.get(letter)!),
    ),
    letters,
  }));
}

const einsum: Operator = call => {
  const equation = call.text('equation', '').replaceAll(' ', '');
  const [from = '', to] = equation.split('->') as [string, string | undefined];
  const given = from.split(',');
  const values = given.map((_, index) => call.input(index));
  const terms = withoutEllipses(
    given,
    values.map(value => shapeOf(value).length),
  );
  const own = terms
    .flatMap(term => /\d+/.exec(term) ?? [])
    .reduce((a, b) => (a.length > b.length ? a : b), '');
  const result = to === undefined ? implied(terms, own) : to.replace('...', own);
  const isPlain =
    [...terms, result].every(term => /^[a-zA-Z0-9]*$/.test(term)) &&
    terms.every((term, index) => term.length === shapeOf(values[index]!).length) &&
    new Set(result).size === result.length;
  if (!isPlain) throw new Refusal(`its equation "${equation}" does not fit its inputs`);
  const lettered = widened(terms.map((letters, index) => diagonal({ value: values[index]!, letters })));
  const later = (index: number) =>
    result +
    lettered
      .slice(index + 1)
      .map(({ letters }) => letters)
      .join('');
  const all = lettered.reduce((a, b, index) => contracted(a, b, later(index)));
  return ordered(summed(all, result), result);
};

export const einsumOperators: OperatorTable = { Einsum: einsum };
