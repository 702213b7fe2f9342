import { float32, randomStream } from '@blind-demod/arrays';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { still, trainInOneCycle } from '../src/one-cycle.js';

const random = randomStream(1, 'one-cycle');
const inputs = float32([32, 2], random.normals(64));
const truth = [0.7, -1.3];
/** Exactly linear, so that the least squares are 0, at `truth`. */
const outputs = float32(
  [32, 1],
  Float32Array.from(
    { length: 32 },
    (_, i) => truth[0]! * inputs.data[2 * i]! + truth[1]! * inputs.data[2 * i + 1]!,
  ),
);

const train = (steps: number, losses: number[] = []) =>
  trainInOneCycle({
    start: [{ weight: float32([2, 1], Float32Array.of(0, 0)) }],
    examplesAt: () => ({ inputs, outputs }),
    loss: ([layer], examples) =>
      tf.mean(
        tf.squaredDifference(
          tf.matMul(examples.inputs as tf.Tensor2D, layer!.weight as tf.Tensor2D),
          examples.outputs,
        ),
      ),
    done: step => step / steps,
    highestRate: 0.05,
    averageDecay: 0.9,
    device: 'cpu',
    onStep: (_, loss) => losses.push(loss),
  });

test('a linear layer ends at the least squares', async () => {
  const losses: number[] = [];
  const [layer] = await train(300, losses);
  expect(losses).toHaveLength(300);
  // The rate ends at 0, so that Adam comes to rest: what remains is float32's rounding and the average's lag.
  for (const [i, value] of truth.entries()) expect(layer!.weight!.data[i]!).toBeCloseTo(value, 3);
});

test('the first step has a rate of 0 and the same training ends at the same weights', async () => {
  const [first] = await train(1);
  expect([...first!.weight!.data]).toEqual([0, 0]);
  const [[one], [other]] = [await train(20), await train(20)];
  expect([...one!.weight!.data]).toEqual([...other!.weight!.data]);
});

test('what is still has a value and no gradient', async () => {
  const losses: number[] = [];
  const trained = await trainInOneCycle({
    start: [{ weight: float32([1], Float32Array.of(3)) }],
    examplesAt: () => ({ unused: float32([1], Float32Array.of(0)) }),
    loss: ([layer], { unused }) => tf.sum(tf.add(tf.square(still(layer!.weight!)), unused)) as tf.Tensor,
    ...{ done: step => step / 5, highestRate: 0.1, averageDecay: 0.5, device: 'cpu' },
    onStep: (_, loss) => losses.push(loss),
  });
  expect(losses).toEqual([9, 9, 9, 9, 9]);
  expect([...trained[0]!.weight!.data]).toEqual([3]);
});
