import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stratifiedSample, stratifiedSplit } from '../src/split.js';

const labels = fc
  .array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 300 })
  .map(list => Int32Array.from(list));
const fraction = fc.double({ min: 0.01, max: 0.99, noNaN: true });
const countBy = (labels: Int32Array, indices: Iterable<number>) => {
  const counts = new Map<number, number>();
  for (const index of indices) counts.set(labels[index]!, (counts.get(labels[index]!) ?? 0) + 1);
  return counts;
};
const distinct = (labels: Int32Array) => Array.from(labels, (_, index) => String(index));

describe('stratifiedSplit', () => {
  test('puts every image on one side, and of each stratum the fraction on the test side', () => {
    fc.assert(
      fc.property(labels, fraction, fc.nat(), (labels, testFraction, seed) => {
        const { train, test } = stratifiedSplit(
          { labels, fingerprints: distinct(labels) },
          testFraction,
          seed,
        );
        expect([...train, ...test].sort((a, b) => a - b)).toEqual([...labels.keys()]);
        const held = countBy(labels, test);
        for (const [label, count] of countBy(labels, labels.keys())) {
          expect(held.get(label) ?? 0).toBe(Math.round(count * testFraction));
        }
      }),
    );
  });

  test('has no copy of a test image among the training images', () => {
    fc.assert(
      fc.property(
        labels,
        fraction,
        fc.nat(),
        fc.integer({ min: 1, max: 100 }),
        (labels, testFraction, seed, kinds) => {
          const fingerprints = Array.from(labels, (_, index) => String((index * 7919) % kinds));
          const { train, test } = stratifiedSplit({ labels, fingerprints }, testFraction, seed);
          const trained = new Set(Array.from(train, index => fingerprints[index]));
          expect(Array.from(test).filter(index => trained.has(fingerprints[index]))).toEqual([]);
          expect(train.length + test.length).toBe(labels.length);
        },
      ),
    );
  });

  test('follows from the seed', () => {
    const labels = new Int32Array(100);
    const split = (seed: number) => stratifiedSplit({ labels, fingerprints: distinct(labels) }, 0.1, seed);
    expect(split(1)).toEqual(split(1));
    expect(split(1)).not.toEqual(split(2));
    expect([...split(1).test]).not.toEqual([...split(1).test].sort((a, b) => a - b));
  });
});

describe('stratifiedSample', () => {
  test('takes as many as wanted, each stratum in its proportion', () => {
    fc.assert(
      fc.property(labels, fraction, fc.nat(), (labels, part, seed) => {
        const count = Math.round(part * labels.length);
        const sample = stratifiedSample(labels, count, seed);
        expect(sample).toHaveLength(count);
        expect(new Set(sample).size).toBe(count);
        const taken = countBy(labels, sample);
        for (const [label, available] of countBy(labels, labels.keys())) {
          expect(Math.abs((taken.get(label) ?? 0) - (available * count) / labels.length)).toBeLessThan(1);
        }
      }),
    );
  });

  test('takes all when all are wanted', () => {
    expect([...stratifiedSample(Int32Array.of(1, 0, 1), 3, 1)]).toEqual([0, 1, 2]);
  });
});
