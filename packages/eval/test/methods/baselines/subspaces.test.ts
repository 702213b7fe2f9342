import { combine, float32, randomStream } from '@blind-demod/arrays';
import { describe, expect, test } from 'vitest';
import { liftedSolver } from '../../../src/methods/baselines/lifted-nuclear-norm.js';
import { alternatingLeastSquares } from '../../../src/methods/baselines/subspace-als.js';
import { type Basis, trainingSubspace } from '../../../src/methods/baselines/training-subspace.js';
import { directionError, mask } from './example.js';

const PIXELS = 256;
const normals = (count: number, name: string) => Float64Array.from(randomStream(2, name).normals(count));
const basis = (columns: number, name: string): Basis =>
  Array.from({ length: columns }, (_, i) => normals(PIXELS, `${name} ${i}`));

const bases = { signal: basis(6, 'B'), distortion: [new Float64Array(PIXELS).fill(3), ...basis(2, 'C')] };
const signal = combine(bases.signal, normals(6, 'a'));
// Mostly the first column, where alternating least squares starts.
const distortion = combine(bases.distortion, [1, 0.2, -0.3]);
const image = { shape: [1, 16, 16], observation: signal.map((w, i) => w * distortion[i]!) };
const observed = mask(PIXELS, 0.7);
const holed = { ...image, observed, observation: image.observation.map((y, i) => y * observed[i]!) };

describe.each([
  ['complete', image],
  ['with missing pixels', holed],
])('an observation whose factors are in the subspaces, %s', (_, problem) => {
  test('is recovered by alternating least squares', () => {
    const found = alternatingLeastSquares(problem, bases, { ridge: 0, iterations: 60 });
    // Linear convergence; the relative ridge of 1e-12 is all that is left.
    expect(directionError(found.signal, signal)).toBeLessThan(1e-6);
    expect(directionError(found.distortion, distortion)).toBeLessThan(1e-6);
  });

  test('is recovered by the nuclear norm', () => {
    const found = liftedSolver(bases, { penalty: 1e-6, iterations: 1500 })(problem);
    // The penalty shifts X by about penalty/‖𝒜‖², far less than this.
    expect(directionError(found.signal, signal)).toBeLessThan(1e-6);
    expect(directionError(found.distortion, distortion)).toBeLessThan(1e-6);
  });
});

test('the nuclear norm finds the rank-one matrix where least squares is not determined', () => {
  // 12 × 8 unknowns, 60 observed pixels: minimal norm is needed, not data alone; 12 + 8 degrees of freedom.
  const wide = { signal: basis(12, 'wide B'), distortion: basis(4, 'wide C') };
  const [w, x] = [
    combine(wide.signal, normals(12, 'wide a')),
    combine(wide.distortion, normals(4, 'wide b')),
  ];
  const few = Float64Array.from({ length: PIXELS }, (_, i) => (i < 44 ? 1 : 0));
  const problem = { shape: [1, 16, 16], observed: few, observation: w.map((v, i) => v * x[i]! * few[i]!) };
  const found = liftedSolver(wide, { penalty: 1e-3, iterations: 5000 })(problem);
  expect(directionError(found.signal, w)).toBeLessThan(1e-3);
});

test('more penalty, less rank: at a penalty above ‖𝒜ᵀy‖ nothing is left', () => {
  const found = liftedSolver(bases, { penalty: 1e9, iterations: 5 })(image);
  expect(Math.max(...found.signal.map(Math.abs))).toBeLessThan(1e-9);
});

describe('the subspace of training images', () => {
  const directions = basis(3, 'directions');
  const random = randomStream(4, 'coefficients');
  const images = Array.from({ length: 40 }, () =>
    combine(directions, [5 * random.normal(), 2 * random.normal(), random.normal()]),
  );
  const pixels = float32([40, 1, 16, 16], Float32Array.from(images.flatMap(values => [...values])));

  test('holds them when they span no more', () => {
    const found = trainingSubspace(pixels, 3, 40);
    for (const target of images) {
      const rest = target.slice();
      for (const column of found) {
        const share = inner(target, column) / inner(column, column);
        column.forEach((value, i) => {
          rest[i]! -= share * value;
        });
      }
      // Images are kept in single precision.
      expect(Math.sqrt(inner(rest, rest) / inner(target, target))).toBeLessThan(1e-5);
    }
  });

  test('has orthogonal columns, in which coefficients have a mean square of one', () => {
    const found = trainingSubspace(pixels, 3, 40);
    for (const [i, column] of found.entries()) {
      const squares = images.map(target => (inner(target, column) / inner(column, column)) ** 2);
      expect(squares.reduce((a, b) => a + b) / 40).toBeCloseTo(1, 4);
      for (const other of found.slice(0, i)) {
        expect(inner(column, other) / Math.sqrt(inner(column, column) * inner(other, other))).toBeCloseTo(
          0,
          8,
        );
      }
    }
  });
});

function inner(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
