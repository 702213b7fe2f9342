import * as tf from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import { compile } from '../src/index.js';
import { nd } from './cases/case.js';
import { difference } from './difference.js';
const x = nd([2, 0, 3], []); const y = nd([0, 2, 2, 1], []); const z = nd([2,3],[1,2,3,4,5,6]);
const c: Record<string, [any, (x: any) => any]> = {
 add: [x, x => tf.add(x, 1)], addb: [x, x => tf.add(x, tf.ones([2,1,3]))], sum: [x, x => tf.sum(x, 1)], sumall: [x, x => tf.sum(x)], mean: [x, x => tf.mean(x, 1)], mean0: [x, x => tf.mean(x, 0)], prod: [x, x => tf.prod(x, 1)], max: [x, x => tf.max(x, 1)], max0: [x, x=>tf.max(x,0)],
 reshape: [x, x => tf.reshape(x, [0, 2])], reshape2: [x, x => tf.reshape(x, [2, 0])], reshape3: [x, x => tf.reshape(x, [3, 0, 7])], flat: [x, x => tf.reshape(x, [-1])], transpose: [x, x => tf.transpose(x)], concat: [x, x => tf.concat([x, tf.ones([2, 1, 3])], 1)], tile: [z, z => tf.tile(z, [0, 1])], tile2: [x, x => tf.tile(x, [2,2,2])], slice: [z, z => tf.slice(z, [1, 0], [0, 3])], slice2: [z, z => tf.slice(z, [2, 0], [0, 3])], pad: [x, x => tf.pad(x, [[0, 0], [1, 1], [0, 0]])], stack: [x, x => tf.stack([x, x], 1)], unstack: [x, x => tf.unstack(x, 2)], unstack0: [x, x => tf.unstack(x, 1)], split: [x, x => tf.split(x, [1, 2], 2)], where: [x, x => tf.where(tf.greater(x, 0), x, tf.zerosLike(x))], cast: [x, x => tf.cast(x, 'int32')],
 matmul: [x, x => tf.matMul(x, x, true)], matmul2: [nd([3, 0], []), x => tf.matMul(x, x, false, true)], matmul3: [nd([3, 0], []), x => tf.matMul(x, x, true)], conv: [y, y => tf.conv2d(y, tf.ones([2, 2, 1, 3]) as any, 1, 'same')], gather: [z, z => tf.gather(z, tf.tensor1d([], 'int32'))], all: [x, x => tf.all(tf.cast(x, 'bool'), 1)], argmax: [x, x=>tf.argMax(x, 2)], constant: [z, z => tf.add(tf.sum(z), tf.zeros([0]))], grad: [x, x => tf.grad((x: any) => tf.sum(tf.mul(x, x)))(x)], seg: [nd([0,2],[]), x => tf.unsortedSegmentSum(x, tf.tensor1d([],'int32') as any, 3)]
};
test('probe', async () => {
  for (const [name, [x, fn]] of Object.entries(c)) {
    const r: any[] = [];
    for (const device of ['js', 'cpu'] as const) { try { const p = await compile(({ x }: any) => fn(x), { x }, { device }); r.push(await p.run({ x })); } catch (e) { r.push(String(e).slice(0, 250)); } }
    const d = typeof r[0] === 'string' || typeof r[1] === 'string' ? JSON.stringify(r) : difference(r[1], r[0], 1e-6);
    console.log('js ', name, d ?? 'ok');
  }
});
