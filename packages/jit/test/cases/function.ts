// The kernels of src/kernels/function.ts.
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import {
  array,
  between,
  type Case,
  defineCase,
  integers,
  type Options,
  ofOne,
  positives,
  reals,
  shapes,
} from './case.js';

const unary = (run: (x: tf.Tensor) => tf.Tensor, elements = reals, options?: Options<null>): Case =>
  defineCase(ofOne(elements), ([x]) => run(x!), options);

const ofInt = (run: (x: tf.Tensor) => tf.Tensor): Case =>
  defineCase(ofOne(integers, 'int32'), ([x]) => run(x!), { gradient: false });

/** Far into the flat parts; the scale multiplies the gradient's error too. */
const saturated = (run: (x: tf.Tensor) => tf.Tensor): Case =>
  unary(x => run(tf.mul(x, 100)), reals, { tolerance: 1e-4 });
/** Where the result is as small as x: the tolerance must be. */
const small = (run: (x: tf.Tensor) => tf.Tensor): Case =>
  unary(x => run(tf.mul(x, 1e-6)), reals, { tolerance: 1e-12 });

const proper = between(-0.95, 0.95);
const awayFromZero = between(-3, 3).map(x => (Math.abs(x) < 0.05 ? 0.5 : x));

export const functionCases: Record<string, Case[]> = {
  Exp: [unary(tf.exp), ofInt(tf.exp)],
  Expm1: [unary(tf.expm1), small(tf.expm1)],
  Log: [unary(tf.log, positives)],
  Log1p: [unary(tf.log1p, between(-0.95, 3)), small(tf.log1p)],
  Sqrt: [unary(tf.sqrt, positives)],
  Rsqrt: [unary(tf.rsqrt, positives)],
  Reciprocal: [unary(tf.reciprocal, awayFromZero)],
  Sin: [unary(tf.sin)],
  Cos: [unary(tf.cos)],
  Tan: [unary(tf.tan, between(-1.3, 1.3))],
  Asin: [unary(tf.asin, proper)],
  Acos: [unary(tf.acos, proper)],
  Atan: [unary(tf.atan)],
  Sinh: [unary(tf.sinh)],
  Cosh: [unary(tf.cosh)],
  Tanh: [unary(tf.tanh), saturated(tf.tanh)],
  Asinh: [unary(tf.asinh)],
  Acosh: [unary(tf.acosh, between(1.1, 3))],
  Atanh: [unary(tf.atanh, proper)],
  Erf: [unary(tf.erf)],
  Floor: [unary(tf.floor)],
  Ceil: [unary(tf.ceil)],
  Round: [unary(tf.round), ofInt(tf.round)],

  Sigmoid: [unary(tf.sigmoid), saturated(tf.sigmoid)],
  Softplus: [unary(tf.softplus), saturated(tf.softplus)],
  Elu: [unary(tf.elu)],
  EluGrad: [
    defineCase(
      shapes().chain(shape =>
        fc.tuple(array(shape), array(shape)).map(inputs => ({ inputs, settings: null })),
      ),
      ([dy, y]) => tf.engine().runKernel('EluGrad', { dy: dy!, y: y! }) as tf.Tensor,
      { gradient: false },
    ),
  ],
  Selu: [unary(tf.selu)],
  Softmax: [defineCase(ofOne(reals, 'float32', 1), ([x]) => tf.softmax(x!))],

  IsNan: [unary(tf.isNaN)],
  IsInf: [unary(tf.isInf)],
  IsFinite: [unary(tf.isFinite)],
};
