import { type Float32NdArray, float32, randomStream } from '@blind-demod/arrays';
import { expect, test } from 'vitest';
import { minimise } from '../src/lbfgs.js';

/** Rosenbrock's valley, (a − x)² + 100 (y − x²)², which is 0 at (a, a²); each problem has an `a` of its own. */
const valleys =
  (places: readonly number[]) =>
  async ({ data, shape }: Float32NdArray) => {
    const values = new Float32Array(places.length);
    const gradients = new Float32Array(data.length);
    for (const [problem, a] of places.entries()) {
      const [x, y] = [data[2 * problem]!, data[2 * problem + 1]!];
      values[problem] = (a - x) ** 2 + 100 * (y - x * x) ** 2;
      gradients.set([2 * (x - a) - 400 * x * (y - x * x), 200 * (y - x * x)], 2 * problem);
    }
    return { values: { data: values }, gradients: float32(shape, gradients) };
  };

test('walks down narrow valleys, each problem as if alone', async () => {
  const places = [1, -0.5, 2];
  const start = float32([3, 2], randomStream(1, 'start').normals(6));
  const { points, values } = await minimise(valleys(places), start, { evaluations: 100 });
  for (const [problem, a] of places.entries()) {
    const [x, y] = points.data.subarray(2 * problem);
    expect(x).toBeCloseTo(a, 3);
    expect(y).toBeCloseTo(a * a, 3);
    expect(values[problem]).toBeLessThan(1e-6);
    const alone = await minimise(
      valleys([a]),
      float32([1, 2], start.data.slice(2 * problem, 2 * problem + 2)),
      { evaluations: 100 },
    );
    expect(alone.points.data).toEqual(points.data.slice(2 * problem, 2 * problem + 2));
  }
});

test('solves a least-squares problem of 20 unknowns in 60 evaluations', async () => {
  const random = randomStream(2, 'quadratic');
  const curvatures = Float32Array.from({ length: 20 }, () => 10 ** (2 * random.uniform()));
  const least = random.normals(20);
  const evaluate = async ({ data, shape }: Float32NdArray) => {
    const away = data.map((x, i) => x - least[i]!);
    const value = away.reduce((sum, d, i) => sum + (curvatures[i]! * d * d) / 2, 0);
    const gradient = away.map((d, i) => curvatures[i]! * d);
    return { values: { data: Float32Array.of(value) }, gradients: float32(shape, gradient) };
  };
  const told: number[] = [];
  const { points } = await minimise(evaluate, float32([1, 20], new Float32Array(20)), {
    evaluations: 60,
    onEvaluation: done => void told.push(done),
  });
  points.data.forEach((x, i) => {
    expect(x).toBeCloseTo(least[i]!, 3);
  });
  expect(told).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
});
