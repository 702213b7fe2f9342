// Activation functions.
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { leakyRelu } from '../../layers.js';
import { flat } from '../flat.js';
import { axisOf, type Call, type Operator, type OperatorTable } from '../operator.js';
import { apply, checkAxis, elementwise, reshape, shapeOf, transpose, type Value } from '../value.js';

const activation =
  (f: (x: Tensor, call: Call) => Tensor): Operator =>
  call =>
    apply(call.input(0), x => f(x, call));

/** −max(−x, 0), the part of x below zero. */
const below = (x: Tensor): Tensor => tf.neg(tf.relu(tf.neg(x)));

/** x above zero, scale · (exp(x / width) − 1) below; no exponential is taken of what is above. */
const exponentialBelow = (x: Tensor, scale: number, width: number): Tensor =>
  tf.add(tf.relu(x), tf.mul(tf.expm1(tf.div(below(x), width)), scale));

const hardSigmoid = (x: Tensor, slope: number, offset: number): Tensor =>
  tf.clipByValue(tf.add(tf.mul(x, slope), offset), 0, 1);

const gelu = (x: Tensor, call: Call): Tensor => {
  const inner =
    call.text('approximate', 'none') === 'tanh'
      ? tf.tanh(tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI)))
      : tf.erf(tf.mul(x, Math.SQRT1_2));
  return tf.mul(tf.mul(x, 0.5), tf.add(inner, 1));
};

/** TensorFlow.js has no gradient of its own for the first operand. */
const prelu: Operator = call =>
  elementwise((x, slope) => tf.add(tf.relu(x), tf.mul(slope, below(x))), call.input(0), call.input(1));

/** Over the last axis, by `f`. Before operator set 13 over all axes from the given one on. */
const alongAxis =
  (f: (x: Tensor) => Tensor): Operator =>
  call => {
    const x = call.input(0);
    const shape = shapeOf(x);
    const axis = axisOf(call.number('axis', call.opset < 13 ? 1 : -1), shape.length);
    checkAxis(x, axis);
    const last = (value: Value) => apply(value, f);
    if (call.opset < 13)
      return reshape(last(reshape(x, [...shape.slice(0, axis), sizeFrom(shape, axis)])), shape);
    if (axis === shape.length - 1) return last(x);
    const exchange = shape.map((_, a) => (a === axis ? shape.length - 1 : a === shape.length - 1 ? axis : a));
    return transpose(last(transpose(x, exchange)), exchange);
  };
const sizeFrom = (shape: readonly number[], axis: number) => shape.slice(axis).reduce((a, b) => a * b, 1);

const logSoftmax = (x: Tensor): Tensor => {
  const shifted = tf.sub(x, tf.max(x, -1, true));
  return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), -1, true)));
};

/** One at the largest entry, the first of several; zero elsewhere. */
const hardMax = (x: Tensor): Tensor =>
  flat(() => tf.oneHot(tf.cast(tf.argMax(x, -1), 'int32'), x.shape.at(-1)!, 1, 0, 'float32'));

export const activationOperators: OperatorTable = {
  Relu: activation(x => tf.relu(x)),
  LeakyRelu: activation((x, call) => leakyRelu(x, call.number('alpha', 0.01))),
  PRelu: prelu,
  ThresholdedRelu: activation((x, call) => tf.mul(x, tf.step(tf.sub(x, call.number('alpha', 1))))),
  Elu: activation((x, call) => exponentialBelow(x, call.number('alpha', 1), 1)),
  Celu: activation((x, call) => exponentialBelow(x, call.number('alpha', 1), call.number('alpha', 1))),
  Selu: activation((x, call) => {
    const [alpha, gamma] = [
      call.number('alpha', 1.6732632423543772),
      call.number('gamma', 1.0507009873554805),
    ];
    return tf.mul(exponentialBelow(x, alpha, 1), gamma);
  }),
  Gelu: activation(gelu),
  Sigmoid: activation(x => tf.sigmoid(x)),
  HardSigmoid: activation((x, call) => hardSigmoid(x, call.number('alpha', 0.2), call.number('beta', 0.5))),
  HardSwish: activation(x => tf.mul(x, hardSigmoid(x, 1 / 6, 0.5))),
  Tanh: activation(x => tf.tanh(x)),
  Softplus: activation(x => tf.softplus(x)),
  Softsign: activation(x => tf.div(x, tf.add(tf.abs(x), 1))),
  Mish: activation(x => tf.mul(x, tf.tanh(tf.softplus(x)))),
  Shrink: activation((x, call) => {
    const [bias, limit] = [call.number('bias', 0), call.number('lambd', 0.5)];
    const above = tf.step(tf.sub(x, limit));
    const under = tf.step(tf.sub(tf.neg(x), limit));
    return tf.add(tf.mul(tf.sub(x, bias), above), tf.mul(tf.add(x, bias), under));
  }),
  Softmax: alongAxis(x => tf.softmax(x)),
  LogSoftmax: alongAxis(logSoftmax),
  Hardmax: alongAxis(hardMax),
};
