import { float32 } from '@blind-demod/experiment';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { atRest, type Descent, descend, type Step } from '../src/optimiser.js';
import { settings } from './fixtures.js';

const scalar = (value: number) => float32([], Float32Array.of(value));

/** Minimises a²/2 + 50 b² from (1, 1), and returns every point. */
async function descendValley(solver: ReturnType<typeof settings>, steps: number) {
  let state = atRest(float32([1, 2], Float32Array.of(1, 1)), solver);
  const curvature = float32([1, 2], Float32Array.of(1, 100));
  const program = await compile(
    (input: { state: Descent<Tensor>; step: Step<Tensor>; curvature: Tensor }) =>
      descend(input.state, tf.mul(input.state.code, input.curvature), input.step, solver),
    { state, step: { size: scalar(0), number: scalar(1) }, curvature },
    { device: 'cpu' },
  );
  const points = [[1, 1]];
  for (let number = 1; number <= steps; number++) {
    const step = { size: scalar(solver.stepSize), number: scalar(number) };
    state = (await program.run({ state, step, curvature })) as typeof state;
    points.push([...state.code.data]);
  }
  await program.dispose();
  return points;
}

test('momentum is that of the heavy ball, written out', async () => {
  const points = await descendValley(settings({ stepSize: 0.01, momentum: 0.9 }), 20);
  [1, 100].forEach((curvature, axis) => {
    let [code, velocity] = [1, 0];
    for (const point of points) {
      expect(point[axis]).toBeCloseTo(code, 4);
      velocity = 0.9 * velocity + curvature * code;
      code -= 0.01 * velocity;
    }
  });
});

test('Adam is that of Kingma and Ba, written out', async () => {
  const points = await descendValley(settings({ optimiser: 'adam', stepSize: 0.05, momentum: 0.9 }), 30);
  [1, 100].forEach((curvature, axis) => {
    let [code, mean, square] = [1, 0, 0];
    points.forEach((point, k) => {
      expect(point[axis]).toBeCloseTo(code, 4);
      const gradient = curvature * code;
      mean = 0.9 * mean + 0.1 * gradient;
      square = 0.99 * square + 0.01 * gradient ** 2;
      code -= (0.05 * (mean / (1 - 0.9 ** (k + 1)))) / Math.sqrt(square / (1 - 0.99 ** (k + 1)));
    });
  });
});
