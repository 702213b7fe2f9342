// Axes that are permuted, joined and split: what is recorded of them comes to the same numbers in the same order.
import { float32 } from '@blind-demod/arrays';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../src/index.js';
import { commonRefinement, joined, partsOf, sizeOf, sources } from '../src/layout.js';
import { isOutput, trace } from '../src/trace.js';
import { leaves } from '../src/tree.js';
import { difference } from './difference.js';

const shape = fc
  .array(fc.constantFrom(1, 2, 3, 4, 32), { minLength: 1, maxLength: 5 })
  .filter(lengths => sizeOf(lengths) <= 32768);
const permutationOf = (rank: number) =>
  fc.shuffledSubarray([...Array(rank).keys()], { minLength: rank, maxLength: rank });
const withPermutation = shape.chain(lengths =>
  permutationOf(lengths.length).map(permutation => ({ lengths, permutation })),
);

/** The shape with some neighbouring axes joined, and each other even one split. */
function otherShape(lengths: readonly number[], cuts: readonly boolean[]): number[] {
  const groups: number[][] = [];
  for (const [axis, length] of lengths.entries()) {
    if (axis > 0 && cuts[axis % cuts.length]) groups.at(-1)!.push(length);
    else groups.push([length]);
  }
  return groups.flatMap(group =>
    group.length === 1 && group[0]! % 2 === 0 ? [2, group[0]! / 2] : [sizeOf(group)],
  );
}

/** The number that each element of a transpose has before, one index after the other. */
function transposed(lengths: readonly number[], permutation: readonly number[]): number[] {
  const moved = permutation.map(axis => lengths[axis]!);
  return Array.from({ length: sizeOf(lengths) }, (_, element) => {
    const index: number[] = [];
    let rest = element;
    for (let axis = moved.length - 1; axis >= 0; axis--) {
      index[permutation[axis]!] = rest % moved[axis]!;
      rest = Math.floor(rest / moved[axis]!);
    }
    return lengths.reduce((number, length, axis) => number * length + index[axis]!, 0);
  });
}

test('two shapes of the same elements have their common refinement, where there is one', () => {
  expect(commonRefinement([6, 4], [2, 12])).toEqual([2, 3, 4]);
  expect(commonRefinement([2, 1, 3], [6])).toEqual([2, 3]);
  expect(commonRefinement([2, 3], [3, 2])).toBeUndefined();
  fc.assert(
    fc.property(shape, fc.array(fc.boolean(), { minLength: 1 }), (fine, cuts) => {
      const lengths = commonRefinement(fine, otherShape(fine, cuts))!;
      for (const coarse of [fine, otherShape(fine, cuts)]) {
        const parts = partsOf(coarse, lengths);
        expect(parts.flat()).toEqual([...lengths.keys()]);
        expect(parts.map(axes => sizeOf(axes.map(axis => lengths[axis]!)))).toEqual(coarse);
      }
    }),
  );
});

test('a permutation of joined axes moves the same elements', () => {
  fc.assert(
    fc.property(withPermutation, ({ lengths, permutation }) => {
      const few = joined(lengths, permutation);
      expect(sources(lengths, permutation)).toEqual(transposed(lengths, permutation));
      expect(sources(few.shape, few.permutation)).toEqual(transposed(lengths, permutation));
    }),
  );
});

/** Something to do to a tensor; drawn numbers choose among what its shape allows. */
type Step = (x: tf.Tensor) => tf.Tensor;
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.array(fc.nat(), { minLength: 6, maxLength: 6 }).map(
    (keys): Step =>
      x => {
        const axes = [...x.shape.keys()].sort((a, b) => keys[a]! - keys[b]! || a - b);
        return tf.transpose(x, axes);
      },
  ),
  fc.array(fc.boolean(), { minLength: 3, maxLength: 6 }).map(
    (cuts): Step =>
      x => {
        const lengths = otherShape(x.shape, cuts);
        // TensorFlow.js has six axes at most.
        return lengths.length > 6 ? x : tf.reshape(x, lengths);
      },
  ),
  fc.nat().map(
    (key): Step =>
      x => {
        const axis = key % x.rank;
        const vector = tf.range(0, x.shape[axis]!);
        return tf.add(
          x,
          tf.reshape(
            vector,
            x.shape.map((length, other) => (other === axis ? length : 1)),
          ),
        );
      },
  ),
  fc.nat().map(
    (key): Step =>
      x =>
        tf.add(x, tf.max(x, key % x.rank, true)),
  ),
  fc.nat().map(
    (key): Step =>
      x =>
        tf.reverse(x, key % x.rank),
  ),
  fc.nat().map(
    (key): Step =>
      x => {
        const axis = key % x.rank;
        const last = x.shape[axis]! - 1;
        return tf.gather(x, tf.tensor1d([last, ...Array<number>(last).fill(0)], 'int32'), axis);
      },
  ),
);

test('whatever axes are moved, joined and split between operators, cpu has the numbers of js', async () => {
  await fc.assert(
    fc.asyncProperty(shape, fc.array(step, { minLength: 2, maxLength: 7 }), async (lengths, steps) => {
      const fn = (x: tf.Tensor) => {
        const result = steps.reduce((value, step) => step(value), x);
        return { result, sum: tf.sum(result, 0), twice: tf.mul(tf.transpose(result), 2) };
      };
      // Whole numbers, which are not rounded.
      const x = float32(
        lengths,
        Float32Array.from({ length: sizeOf(lengths) }, (_, i) => i % 7),
      );
      const [cpu, js] = await Promise.all(
        (['cpu', 'js'] as const).map(async device => {
          const program = await compile(fn, x, { device });
          const result = await program.run(x);
          await program.dispose();
          return result;
        }),
      );
      expect(difference(cpu, js, 0)).toBeUndefined();
    }),
    { numRuns: 150 },
  );
}, 60_000);

describe('what is recorded of a transpose', () => {
  const operators = (fn: (x: tf.Tensor) => tf.Tensor, lengths: readonly number[]) => {
    const x = float32(lengths, new Float32Array(sizeOf(lengths)));
    const { graph, result } = trace(fn, x, { fastProducts: true });
    const values = leaves(result, isOutput).map(([, { value }]) => value);
    return graph
      .reachable(values)
      .nodes.map(({ operator }) => operator)
      .filter(name => name !== 'Reshape');
  };

  test.each<[string, string[], (x: tf.Tensor) => tf.Tensor]>([
    ['lines of many numbers are gathered', ['Gather'], x => tf.transpose(x, [1, 0, 2])],
    [
      'two axes are exchanged before they are split',
      ['Transpose', 'Flatten'],
      x => tf.transpose(x, [2, 0, 1]),
    ],
    ['what is moved back is not moved', [], x => tf.transpose(tf.transpose(x, [1, 2, 0]), [2, 0, 1])],
    [
      'nor is it, where axes were joined and split in between',
      ['Relu'],
      x => {
        const turned = tf.transpose(x, [1, 2, 0]);
        const flat = tf.relu(tf.reshape(turned, [8, 32, 2, 2]));
        return tf.transpose(tf.reshape(flat, [8, 32, 4]), [2, 0, 1]);
      },
    ],
  ])('%s', (_, expected, fn) => {
    expect(operators(fn, [4, 8, 32])).toEqual(expected);
  });
});
