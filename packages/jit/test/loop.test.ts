// Programs that are run over and over on their own state.
import type { NdArray } from '@blind-demod/arrays';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, inject, test } from 'vitest';
import { compileLoop } from '../src/index.js';
import { nd } from './cases/case.js';

type State<T> = { kept: T; sums: [T, { count: T }] };

/** Adds up what it is given, [3], and counts; the kept part passes through. */
const sumUp = ({ kept, sums: [sum, { count }] }: State<tf.Tensor>, input: { x: tf.Tensor }) => {
  const next = tf.add(sum, tf.mul(input.x, kept));
  return {
    state: { kept, sums: [next, { count: tf.add(count, tf.scalar(1, 'int32')) }] } as State<tf.Tensor>,
    largest: tf.max(next),
  };
};
const start: State<NdArray> = {
  kept: nd([], [2]),
  sums: [nd([3], [0, 0, 0]), { count: nd([], [0], 'int32') }],
};
const x = nd([3], [1, 2, 3]);

const cases = [...inject('devices'), 'js' as const].flatMap(device => [
  { device, several: false },
  { device, several: true },
]);

describe.each(cases)('on $device, a loop, several steps at a time: $several,', ({ device, several }) => {
  const begin = () => compileLoop(sumUp, { state: start, input: { x } }, { device, several });

  test('moves its state on, and returns the rest', async () => {
    const loop = await begin();
    expect(await loop.state()).toEqual(start);
    expect(await loop.step({ x })).toEqual({ largest: nd([], [6]) });
    expect(await loop.step({ x: nd([3], [10, 0, 0]) })).toEqual({ largest: nd([], [22]) });
    const { sums } = await loop.state();
    expect(sums).toEqual([nd([3], [22, 4, 6]), { count: nd([], [2], 'int32') }]);
    await loop.step({ x });
    expect((await loop.state()).kept).toEqual(start.kept);
    expect(sums[0]).toEqual(nd([3], [22, 4, 6]));
    await loop.dispose();
  });

  test('takes several steps, whose results are those of one after the other', async () => {
    const loop = await begin();
    const asked: number[] = [];
    function* inputs(...numbers: number[]) {
      for (const number of numbers) {
        asked.push(number);
        yield { x: nd([3], [number, 0, 0]) };
      }
    }
    expect(await loop.steps(inputs(1, 2, 3))).toEqual([2, 6, 12].map(most => ({ largest: nd([], [most]) })));
    expect(asked).toEqual([1, 2, 3]);
    expect(await loop.steps([])).toEqual([]);
    expect(await loop.steps(inputs(4))).toEqual([{ largest: nd([], [20]) }]);
    expect(await loop.step({ x })).toEqual({ largest: nd([], [22]) });
    expect((await loop.state()).sums[1].count).toEqual(nd([], [5], 'int32'));
    await loop.dispose();
  });

  test('leaves alone what it was given and what it gave', async () => {
    const loop = await begin();
    const given: NdArray[] = [];
    for (let step = 0; step < 6; step++) {
      if (step % 2 === 0) given.push((await loop.state()).sums[0]);
      await loop.step({ x });
    }
    expect(start.sums[0].data).toEqual(Float32Array.of(0, 0, 0));
    expect(given.map(({ data }) => data[2])).toEqual([0, 12, 24]);
    expect((await loop.state()).sums[0].data[2]).toBe(36);
    await loop.dispose();
  });

  test('keeps its state where a step fails', async () => {
    const loop = await begin();
    await loop.step({ x });
    // What runs eagerly has the shapes of its input; `js` repeats what does not fit, and TensorFlow refuses it.
    if (device !== 'js')
      await expect(loop.step({ x: nd([2], [1, 2]) })).rejects.toThrow(
        /expected float32 \[3\]|Incompatible shapes/,
      );
    await loop.step({ x });
    expect((await loop.state()).sums[0]).toEqual(nd([3], [4, 8, 12]));
    await loop.dispose();
  });

  test('frees the states that it leaves behind, and what it returned', async () => {
    const length = 2 ** 18; // 1 MiB
    const loop = await compileLoop(
      (before: tf.Tensor, by: tf.Tensor) => ({ state: tf.mul(before, by), copy: tf.add(before, by) }),
      { state: nd([length], new Array(length).fill(1)), input: nd([], [1]) },
      { device, several },
    );
    const heldAfter = async (steps: number) => {
      for (let step = 0; step < steps; step += 5) await loop.steps(new Array(5).fill(nd([], [1])));
      return { mebibytes: process.memoryUsage().rss / 2 ** 20, tensors: tf.memory().numTensors };
    };
    const before = await heldAfter(30);
    const after = await heldAfter(200);
    expect(after.mebibytes - before.mebibytes).toBeLessThan(100);
    expect(after.tensors).toBe(before.tensors);
    await loop.dispose();
  });
});

test('several steps are of one kind of state', async () => {
  const grows = (state: tf.Tensor, input: tf.Tensor) => ({ state: tf.concat([state, input]) });
  const example = { state: nd([1], [1]), input: nd([1], [2]) };
  await expect(compileLoop(grows, example, { device: 'cpu', several: true })).rejects.toThrow(
    'expected float32 [1] as input "state", got float32 [2]',
  );
});
