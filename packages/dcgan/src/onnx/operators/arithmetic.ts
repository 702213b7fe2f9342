// Operators on corresponding entries: arithmetic, functions of one number, comparisons, logic, types.
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { flat } from '../flat.js';
import { broadcast, isKnown, type Known, known, LARGEST, mapKnown, range } from '../known.js';
import type { Operator, OperatorTable } from '../operator.js';
import { apply, elementwise, Refusal, repeated, shapeOf, type Value } from '../value.js';

/** Of known numbers by `fold`, of others by `f`. */
const unary =
  (f: (x: Tensor) => Tensor, fold?: (x: number) => number, type?: Known['type']): Operator =>
  call => {
    const x = call.input(0);
    return isKnown(x) && fold ? mapKnown(type ?? x.type, [x], fold) : apply(x, f);
  };

function combined(
  values: readonly Value[],
  f: (a: Tensor, b: Tensor) => Tensor,
  fold: (a: number, b: number) => number,
  type?: Known['type'],
): Value {
  return values.reduce((a, b) =>
    isKnown(a) && isKnown(b) ? mapKnown(type ?? a.type, [a, b], fold) : elementwise(f, a, b),
  );
}

const question = (f: (a: Tensor, b: Tensor) => Tensor, fold: (a: number, b: number) => boolean): Operator =>
  binary(
    (a, b) => flat(() => f(a, b)),
    (a, b) => (fold(a, b) ? 1 : 0),
    'truth',
  );

const binary =
  (
    f: (a: Tensor, b: Tensor) => Tensor,
    fold: (a: number, b: number) => number,
    type?: Known['type'],
  ): Operator =>
  call =>
    combined([call.input(0), call.input(1)], f, fold, type);

/** Of any number of operands. */
const folded =
  (f: (a: Tensor, b: Tensor) => Tensor, fold: (a: number, b: number) => number): Operator =>
  call =>
    combined(
      call.inputs.map((_, index) => call.input(index)),
      f,
      fold,
    );

/** Whole numbers are divided as in C. */
const divide: Operator = call => {
  const [a, b] = [call.input(0), call.input(1)];
  const isWhole = isKnown(a) && a.type === 'whole';
  return combined([a, b], tf.div, (x, y) => (isWhole ? Math.trunc(x / y) : x / y));
};

/** What remains of a division has the sign of what is divided, or that of the divisor. */
const modulo: Operator = call => {
  const values = [call.input(0), call.input(1)];
  const remainder = (x: number, y: number) => x % y;
  const modulus = (x: number, y: number) => ((x % y) + y) % y;
  if (!call.number('fmod', 0)) return combined(values, tf.mod, modulus);
  const signed = (a: Tensor, b: Tensor) =>
    tf.mul(
      flat(() => tf.sign(a)),
      tf.mod(tf.abs(a), tf.abs(b)),
    );
  return combined(values, signed, remainder);
};

/** The only entry of a known array. */
const scalarOf = (value: Value): number | undefined =>
  isKnown(value) && value.data.length === 1 ? value.data[0] : undefined;

const power: Operator = call => {
  const [base, exponent] = [call.input(0), call.input(1)];
  if (isKnown(base) && isKnown(exponent)) return mapKnown(base.type, [base, exponent], Math.pow);
  switch (scalarOf(exponent)) {
    case 1:
      return base;
    case 2:
      return elementwise(tf.square, base);
    case 3:
      return elementwise(x => tf.mul(tf.square(x), x), base);
    case 0.5:
      return elementwise(tf.sqrt, base);
    case -1:
      return elementwise(tf.reciprocal, base);
    default:
      return elementwise((x, y) => tf.pow(x, tf.cast(y, x.dtype)), base, exponent);
  }
};

function choose(condition: Tensor, yes: Tensor, no: Tensor): Tensor {
  const shape = broadcast([condition.shape, yes.shape, no.shape]);
  // TensorFlow.js' gradients of choices do not know of broadcasting.
  const everywhere = (tensor: Tensor) =>
    `${tensor.shape}` === `${shape}` ? tensor : repeated(tensor, shape);
  return tf.where(everywhere(condition), everywhere(yes), everywhere(no));
}

/** TensorFlow.js has no gradients of its own maximum and minimum here, nor of other comparisons than this one. */
export const maximum = (a: Tensor, b: Tensor): Tensor => choose(tf.greaterEqual(a, b), a, b);
export const minimum = (a: Tensor, b: Tensor): Tensor => choose(tf.greaterEqual(b, a), a, b);

const where: Operator = call => {
  const [condition, yes, no] = [call.input(0), call.input(1), call.input(2)];
  if (isKnown(condition) && isKnown(yes) && isKnown(no)) {
    return mapKnown(yes.type, [condition, yes, no], (c, y, n) => (c ? y! : n!));
  }
  return elementwise(choose, condition, yes, no);
};

/** The entries above the diagonal and on it, or below it; zeros elsewhere. */
const triangle: Operator = call => {
  const x = call.input(0);
  const [rows, columns] = shapeOf(x).slice(-2) as [number, number];
  const offset = call.numbers(1)?.[0] ?? 0;
  const sign = call.number('upper', 1) ? 1 : -1;
  const isInside = range(0, rows * columns).map(index =>
    Number(sign * ((index % columns) - Math.floor(index / columns) - offset) >= 0),
  );
  const inside = known('truth', [rows, columns], isInside);
  if (isKnown(x)) return mapKnown(x.type, [x, inside], (entry, kept) => (kept ? entry! : 0));
  return elementwise((entries, mask) => choose(mask, entries, tf.zerosLike(entries)), x, inside);
};

/** Bounds were attributes before operator set 11. */
const clip: Operator = call => {
  const x = call.input(0);
  const [least, most] = [call.inputs[1], call.inputs[2]];
  if ([least, most].some(bound => bound && !isKnown(bound))) {
    const above = least ? elementwise(maximum, x, least) : x;
    return most ? elementwise(minimum, above, most) : above;
  }
  const bound = (name: string, index: number, fallback: number) =>
    call.number(name) ?? call.numbers(index)?.[0] ?? fallback;
  const [low, high] = [bound('min', 1, -LARGEST), bound('max', 2, LARGEST)];
  if (isKnown(x)) return mapKnown(x.type, [x], value => Math.min(Math.max(value!, low), high));
  return apply(x, tensor => tf.clipByValue(tensor, Math.max(low, -LARGEST), Math.min(high, LARGEST)));
};

// TensorProto.DataType: real numbers of all sizes, whole ones, truth values.
const TYPES: Readonly<Record<number, Known['type']>> = Object.fromEntries([
  ...[1, 10, 11, 16].map(code => [code, 'real']),
  ...[2, 3, 4, 5, 6, 7, 12, 13].map(code => [code, 'whole']),
  [9, 'truth'],
]);
const DTYPES = { real: 'float32', whole: 'int32', truth: 'bool' } as const;

function cast(value: Value, type: Known['type']): Value {
  if (!isKnown(value)) return apply(value, tensor => tf.cast(tensor, DTYPES[type]));
  if (type === 'truth') return mapKnown(type, [value], x => (x === 0 ? 0 : 1));
  return type === 'whole' ? mapKnown(type, [value], Math.trunc) : known(type, value.shape, value.data);
}

const castTo: Operator = call => {
  const type = TYPES[call.number('to', 0)];
  if (type === undefined) throw new Refusal(`it makes values of type ${call.number('to', 0)}`);
  return cast(call.input(0), type);
};

const castLike: Operator = call => {
  const like = call.input(1);
  const type = isKnown(like) ? like.type : TYPES_OF[like.tensor.dtype as keyof typeof TYPES_OF];
  return cast(call.input(0), type);
};
const TYPES_OF = { float32: 'real', int32: 'whole', bool: 'truth' } as const;

/** What drops entries while training passes them all on afterwards. */
const dropout: Operator = call => {
  if (call.opset >= 12 && call.numbers(2)?.[0]) throw new Refusal('it is in training mode');
  const x = call.input(0);
  const mask = (): Value => apply(x, tensor => tf.onesLike(tf.cast(tensor, 'bool')));
  return call.node.outputs.length > 1 ? [x, mask()] : x;
};

const negation: Operator = unary(
  x => flat(() => tf.logicalNot(x)),
  x => (x === 0 ? 1 : 0),
);

/** Halves are rounded to even numbers. */
const rounded = (x: number): number => {
  const nearest = Math.round(x);
  return nearest - x === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
};

/** Whether entries are infinite, upwards or downwards, where one of these is not left out. */
const isInfinite: Operator = call => {
  const [down, up] = [call.number('detect_negative', 1), call.number('detect_positive', 1)];
  const [least, most] = [down ? -LARGEST : -Infinity, up ? LARGEST : Infinity];
  const beyond = (x: Tensor) => tf.logicalOr(tf.less(x, least), tf.greater(x, most));
  return unary(
    x => flat(() => beyond(x)),
    x => Number(x < least || x > most),
    'truth',
  )(call);
};
const mean: Operator = call => {
  const values = call.inputs.map((_, index) => call.input(index));
  const sum = combined(values, tf.add, (a, b) => a + b);
  return apply(sum, tensor => tf.div(tensor, values.length));
};

export const arithmeticOperators: OperatorTable = {
  Add: binary(tf.add, (a, b) => a + b),
  Sub: binary(tf.sub, (a, b) => a - b),
  Mul: binary(tf.mul, (a, b) => a * b),
  Div: divide,
  Mod: modulo,
  Pow: power,
  Sum: folded(tf.add, (a, b) => a + b),
  Mean: mean,
  Max: folded(maximum, Math.max),
  Min: folded(minimum, Math.min),

  Abs: unary(tf.abs, Math.abs),
  Neg: unary(tf.neg, x => -x),
  Sign: unary(tf.sign, Math.sign),
  Floor: unary(tf.floor, Math.floor),
  Ceil: unary(tf.ceil, Math.ceil),
  Round: unary(tf.round, rounded),
  Sqrt: unary(tf.sqrt, Math.sqrt),
  Reciprocal: unary(tf.reciprocal, x => 1 / x),
  Exp: unary(tf.exp, Math.exp),
  Log: unary(tf.log, Math.log),
  Erf: unary(tf.erf),
  Sin: unary(tf.sin, Math.sin),
  Cos: unary(tf.cos, Math.cos),
  Tan: unary(tf.tan, Math.tan),
  Asin: unary(tf.asin, Math.asin),
  Acos: unary(tf.acos, Math.acos),
  Atan: unary(tf.atan, Math.atan),
  Sinh: unary(tf.sinh, Math.sinh),
  Cosh: unary(tf.cosh, Math.cosh),
  Asinh: unary(tf.asinh, Math.asinh),
  Acosh: unary(tf.acosh, Math.acosh),
  Atanh: unary(tf.atanh, Math.atanh),
  Clip: clip,

  Equal: question(tf.equal, (a, b) => a === b),
  Greater: question(tf.greater, (a, b) => a > b),
  GreaterOrEqual: question(tf.greaterEqual, (a, b) => a >= b),
  Less: question(tf.less, (a, b) => a < b),
  LessOrEqual: question(tf.lessEqual, (a, b) => a <= b),
  And: question(tf.logicalAnd, (a, b) => a !== 0 && b !== 0),
  Or: question(tf.logicalOr, (a, b) => a !== 0 || b !== 0),
  Xor: question(tf.notEqual, (a, b) => a !== b),
  Not: negation,
  IsNaN: unary(
    x => flat(() => tf.isNaN(x)),
    x => Number(Number.isNaN(x)),
    'truth',
  ),
  IsInf: isInfinite,
  Where: where,
  Trilu: triangle,

  Cast: castTo,
  CastLike: castLike,
  Identity: call => call.input(0),
  Dropout: dropout,
};
