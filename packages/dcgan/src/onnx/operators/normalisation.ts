// Normalisation: by frozen moments, or by those of each image, group of channels or row.
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { flat } from '../flat.js';
import { isKnown, type Known, known, range } from '../known.js';
import { axisOf, type Call, type Node, type Operator, type OperatorTable } from '../operator.js';
import { apply, checkAxis, elementwise, Refusal, reshape, shapeOf, type Value } from '../value.js';
import { mapAlong, matrixOf } from './linear-map.js';

const EPSILON = 1e-5;

/** What is added to variances, by a node's attributes. */
export const batchEpsilon = (attributes: Node['attributes']): number => {
  const epsilon = attributes.get('epsilon');
  return typeof epsilon === 'number' ? epsilon : EPSILON;
};

/** A vector with an entry for each channel, to broadcast against [batch, channels, …]. */
const perChannelOf = (vector: Value, rank: number): Value =>
  reshape(vector, [shapeOf(vector)[0]!, ...Array(rank - 2).fill(1)]);

/** x · factor + offset, where batch normalisation has moments from training. */
const batchNormalization: Operator = call => {
  if (call.number('spatial', 1) === 0) throw new Refusal('its attribute "spatial" is not supported');
  const asksForMoments = call.opset < 14 && call.node.outputs.slice(1).some(name => name !== '');
  if (call.number('training_mode', 0) || asksForMoments)
    throw new Refusal('it is in training mode; export the model with .eval()');
  const epsilon = call.number('epsilon', EPSILON);
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map(index => call.input(index)) as [
    Value,
    Value,
    Value,
    Value,
  ];
  const x = call.input(0);
  const rank = shapeOf(x).length;
  const vectors = [scale, shift, mean, variance];
  if (!vectors.every(isKnown)) {
    const [s, b, m, v] = vectors.map(vector => perChannelOf(vector, rank)) as [Value, Value, Value, Value];
    const centred = elementwise(tf.sub, x, m);
    const inverse = apply(v, variances => tf.rsqrt(tf.add(variances, epsilon)));
    return scaled(elementwise(tf.mul, centred, inverse), s, b);
  }
  const { factor, offset } = frozen({ scale, shift, mean, variance } as Frozen, epsilon);
  return elementwise(
    (image, f, o) => tf.add(tf.mul(image, f), o),
    x,
    perChannelOf(factor, rank),
    perChannelOf(offset, rank),
  );
};

type Frozen = Readonly<Record<'scale' | 'shift' | 'mean' | 'variance', Known>>;

/** What normalisation by these moments amounts to. */
export function frozen(
  { scale, shift, mean, variance }: Frozen,
  epsilon: number,
): { factor: Known; offset: Known } {
  const factors = Float64Array.from(scale.data, (s, c) => s / Math.sqrt(variance.data[c]! + epsilon));
  const offsets = Float64Array.from(shift.data, (b, c) => b - mean.data[c]! * factors[c]!);
  return {
    factor: known('real', scale.shape, factors),
    offset: known('real', shift.shape, offsets),
  };
}

/** x brought to mean 0 and variance 1 over some axes. */
function standardised(x: Tensor, axes: number[], epsilon: number): Tensor {
  const centred = tf.sub(x, tf.mean(x, axes, true));
  const variance = tf.mean(tf.square(centred), axes, true);
  return tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon)));
}

const scaled = (x: Value, scale: Value, shift: Value | undefined): Value => {
  const product = elementwise(tf.mul, x, scale);
  return shift ? elementwise(tf.add, product, shift) : product;
};

const instanceNormalization: Operator = call => {
  const x = call.input(0);
  const rank = shapeOf(x).length;
  const normal = apply(x, image => standardised(image, range(2, rank), call.number('epsilon', EPSILON)));
  return scaled(normal, perChannelOf(call.input(1), rank), perChannelOf(call.input(2), rank));
};

/** Scale and shift are of groups in operator set 18, of channels later. */
const groupNormalization: Operator = call => {
  const x = call.input(0);
  const shape = shapeOf(x);
  const [batch, channels, ...pixels] = shape as [number, number, ...number[]];
  const groups = call.number('num_groups', 1);
  const grouped = reshape(x, [batch, groups, channels / groups, ...pixels]);
  const rank = shape.length + 1;
  const normal = apply(grouped, image =>
    standardised(image, range(2, rank), call.number('epsilon', EPSILON)),
  );
  const perGroup = (vector: Value) =>
    reshape(vector, [groups, shapeOf(vector)[0]! / groups, ...pixels.map(() => 1)]);
  return reshape(scaled(normal, perGroup(call.input(1)), perGroup(call.input(2))), shape);
};

/** The rows as well as, for whoever asks, their means and the inverses of their deviations. */
const layerNormalization: Operator = call => {
  const x = call.input(0);
  const axis = axisFrom(call, -1);
  const epsilon = call.number('epsilon', EPSILON);
  const axes = range(axis, shapeOf(x).length);
  const normal = apply(x, rows => standardised(rows, axes, epsilon));
  const scaledRows = scaled(normal, call.input(1), call.inputs[2]);
  if (call.node.outputs.length === 1) return scaledRows;
  const means = apply(x, rows => tf.mean(rows, axes, true));
  const inverses = apply(x, rows => {
    const centred = tf.sub(rows, tf.mean(rows, axes, true));
    return tf.rsqrt(tf.add(tf.mean(tf.square(centred), axes, true), epsilon));
  });
  return [scaledRows, means, inverses];
};

function axisFrom(call: Call, fallback: number): number {
  const x = call.input(0);
  const axis = axisOf(call.number('axis', fallback), shapeOf(x).length);
  checkAxis(x, axis);
  return axis;
}

const rmsNormalization: Operator = call => {
  const axis = axisFrom(call, -1);
  const normal = apply(call.input(0), rows => {
    const square = tf.mean(tf.square(rows), range(axis, rows.rank), true);
    return tf.mul(rows, tf.rsqrt(tf.add(square, call.number('epsilon', EPSILON))));
  });
  return scaled(normal, call.input(1), undefined);
};

const lpNormalization: Operator = call => {
  const axis = axisFrom(call, -1);
  return apply(call.input(0), x => {
    const norm =
      call.number('p', 2) === 1 ? tf.sum(tf.abs(x), axis, true) : tf.sqrt(tf.sum(tf.square(x), axis, true));
    // Zeros stay zeros.
    return tf.div(
      x,
      tf.add(
        norm,
        flat(() => tf.cast(tf.equal(norm, 0), 'float32')),
      ),
    );
  });
};

/** x brought to mean 0 and variance 1 over each channel, or whatever axes the node says. */
const meanVarianceNormalization: Operator = call => {
  const x = call.input(0);
  const axes = (call.list('axes') ?? [0, 2, 3]).map(axis => axisOf(axis, shapeOf(x).length));
  for (const axis of axes) checkAxis(x, axis);
  return apply(x, image => standardised(image, axes, 1e-9));
};

/** Krizhevsky et al. 2012, 3.3: each entry divided by a power of the squares of the channels around. */
const localResponse: Operator = call => {
  const x = call.input(0);
  const channels = shapeOf(x)[1]!;
  const size = call.number('size', 1);
  const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const places = range(0, channels);
  const rows = places.map(channel =>
    places
      .filter(other => other >= channel - before && other <= channel + after)
      .map(other => [other, 1] as const),
  );
  const sums = mapAlong(apply(x, tf.square), 1, matrixOf(rows, channels));
  const [alpha, beta, bias] = [call.number('alpha', 1e-4), call.number('beta', 0.75), call.number('bias', 1)];
  return elementwise(
    (image, squares) => tf.div(image, tf.pow(tf.add(bias, tf.mul(squares, alpha / size)), beta)),
    x,
    sums,
  );
};

export const normalisationOperators: OperatorTable = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: instanceNormalization,
  GroupNormalization: groupNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  LpNormalization: lpNormalization,
  MeanVarianceNormalization: meanVarianceNormalization,
  LRN: localResponse,
};
