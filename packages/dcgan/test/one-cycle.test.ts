import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { float32, randomStream } from '@blind-demod/arrays';
import * as tf from '@tensorflow/tfjs-core';
import { expect, onTestFinished, test } from 'vitest';
import { type OneCycle, trainInOneCycle } from '../src/one-cycle.js';
import { still } from '../src/still.js';

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

const train = (steps: number, losses: number[] = [], options: Partial<OneCycle<'inputs' | 'outputs'>> = {}) =>
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
    ...options,
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

test('a training that was stopped goes on from its checkpoint to the same weights; one of other settings does not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'one-cycle-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const checkpoint = { file: join(folder, 'checkpoint.safetensors'), every: 5, settingsHash: 'one' };
  const stops = (at: number) => ({
    checkpoint,
    onStep: (step: number) => {
      if (step === at) throw new Error('stopped');
    },
  });
  await expect(train(20, [], stops(12))).rejects.toThrow('stopped');
  const begun: number[] = [];
  const options = { checkpoint, onStep: (step: number) => begun.push(step) };
  const [[resumed], [undisturbed]] = [await train(20, [], options), await train(20)];
  expect(begun[0]).toBe(10);
  expect([...resumed!.weight!.data]).toEqual([...undisturbed!.weight!.data]);
  begun.length = 0;
  await train(20, [], { ...options, checkpoint: { ...checkpoint, settingsHash: 'another' } });
  expect(begun[0]).toBe(0);
});

test('a loss that is no number stops the training, and says at which step', async () => {
  const loss: OneCycle<'inputs' | 'outputs'>['loss'] = ([layer]) =>
    tf.log(tf.sub(-1, tf.sum(tf.square(layer!.weight!))));
  await expect(train(5, [], { loss })).rejects.toThrow('the training failed at step 0: its loss is NaN');
});
