// Attention (Vaswani et al. 2017) and the rotation of its queries and keys (Su et al. 2021), as one node each.
import * as tf from '@tensorflow/tfjs-core';
import { known, LARGEST, range } from '../known.js';
import type { Call, Operator, OperatorTable } from '../operator.js';
import {
  apply,
  concat,
  elementwise,
  expand,
  Refusal,
  reshape,
  shapeOf,
  take,
  transpose,
  type Value,
} from '../value.js';
import { matrixProduct } from './product.js';

/** What a masked score is: its exponential is zero. */
const MASKED = -LARGEST;

const SWAP = [0, 2, 1, 3];

/** [batch, heads, sequence, features], of rows [batch, sequence, heads · features] with the number of heads. */
function inHeads(x: Value, heads: number | undefined): Value {
  const shape = shapeOf(x);
  if (shape.length === 4) return x;
  const [batch, length, features] = shape as [number, number, number];
  if (shape.length !== 3 || !heads) throw new Refusal(`[${shape}] cannot be split into ${heads} heads`);
  return transpose(reshape(x, [batch, length, heads, features / heads]), SWAP);
}

/** Each head repeated beside itself until there are `heads`. */
function repeated(x: Value, heads: number): Value {
  const [batch, own, length, features] = shapeOf(x) as [number, number, number, number];
  if (own === heads) return x;
  const apart = reshape(x, [batch, own, 1, length, features]);
  return reshape(expand(apart, [batch, own, heads / own, length, features]), [
    batch,
    heads,
    length,
    features,
  ]);
}

const attention: Operator = call => {
  const isOther = (value: unknown, index: number) => index > 3 && value !== undefined;
  if (call.inputs.some(isOther) || call.node.outputs.slice(1).some(name => name !== ''))
    throw new Refusal('keys and values from earlier calls, and results beside the first, are not supported');
  const query = inHeads(call.input(0), call.number('q_num_heads'));
  const [, heads, rows, features] = shapeOf(query) as [number, number, number, number];
  const [key, value] = [1, 2].map(index =>
    repeated(inHeads(call.input(index), call.number('kv_num_heads')), heads),
  ) as [Value, Value];
  const scale = call.number('scale') ?? 1 / Math.sqrt(features);
  const products = matrixProduct(query, transpose(key, [0, 1, 3, 2]));
  const softcap = call.number('softcap', 0);
  const scores = apply(products, x => {
    const scaled = tf.mul(x, scale);
    return softcap ? tf.mul(tf.tanh(tf.div(scaled, softcap)), softcap) : scaled;
  });
  const mask = call.inputs[3];
  const masked = mask ? elementwise(tf.add, scores, biasOf(mask)) : scores;
  const causal = call.number('is_causal', 0)
    ? elementwise(tf.add, masked, causalMask(rows, shapeOf(key)[2]!))
    : masked;
  const result = matrixProduct(
    apply(causal, x => tf.softmax(x)),
    value,
  );
  if (call.shape(0).length === 4) return result;
  const [batch, , , width] = shapeOf(result) as [number, number, number, number];
  return reshape(transpose(result, SWAP), [batch, rows, heads * width]);
};

/** What a mask adds to scores: where it holds truth values, 0 for true and MASKED for false. */
function biasOf(mask: Value): Value {
  const isTruth = 'tensor' in mask ? mask.tensor.dtype === 'bool' : mask.type === 'truth';
  if (!isTruth) return mask;
  return apply(mask, holds => tf.mul(tf.sub(1, tf.cast(holds, 'float32')), MASKED));
}

/** What hides from each place of a sequence the places that come later. */
const causalMask = (rows: number, columns: number): Value =>
  known(
    'real',
    [rows, columns],
    range(0, rows * columns).map(index => (index % columns > Math.floor(index / columns) ? MASKED : 0)),
  );

/** Pairs of features turned by angles that grow with the place in the sequence. */
const rotation: Operator = call => {
  const given = call.input(0);
  const shape = shapeOf(given);
  const x = transpose(inHeads(given, call.number('num_heads')), SWAP);
  const features = shapeOf(x)[3]!;
  const turned = call.number('rotary_embedding_dim', 0) || features;
  const [cosines, sines] = [angles(call, 1, turned), angles(call, 2, turned)];
  const isInterleaved = call.number('interleaved', 0) === 1;
  const half = turned / 2;
  const [first, second] = [0, 1].map(part =>
    take(
      x,
      3,
      range(0, half).map(index => (isInterleaved ? 2 * index + part : index + part * half)),
    ),
  ) as [Value, Value];
  const parts = [
    elementwise(tf.sub, elementwise(tf.mul, cosines, first), elementwise(tf.mul, sines, second)),
    elementwise(tf.add, elementwise(tf.mul, sines, first), elementwise(tf.mul, cosines, second)),
  ];
  const rest = features > turned ? [take(x, 3, range(turned, features))] : [];
  const order = isInterleaved
    ? range(0, turned).map(index => (index % 2) * half + Math.floor(index / 2))
    : undefined;
  const pairs = concat(parts, 3);
  const result = concat([order ? take(pairs, 3, order) : pairs, ...rest], 3);
  return shape.length === 3 ? reshape(result, shape) : transpose(result, SWAP);
};

/** Cosines or sines [batch, sequence, 1, pairs], by the places in the sequence where these are given. */
function angles(call: Call, index: number, turned: number): Value {
  const table = call.input(index);
  const places = call.inputs[3] && call.numbers(3)!;
  const rows = places ? reshape(take(table, 0, places), [...call.shape(3), shapeOf(table)[1]!]) : table;
  const [batch, length, width] = shapeOf(rows) as [number, number, number];
  return reshape(take(rows, 2, range(0, Math.min(width, turned / 2))), [batch, length, 1, turned / 2]);
}

export const attentionOperators: OperatorTable = { Attention: attention, RotaryEmbedding: rotation };
