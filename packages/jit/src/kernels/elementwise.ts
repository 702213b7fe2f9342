// Elementwise kernels of several operands or types: arithmetic, comparisons, logic, casts.
import { type Graph, sameShape, type Value, type ValueType } from '../graph.js';
import { forTypes, type Kernel, type KernelTable } from './kernel.js';

type Operator = (graph: Graph, a: Value, b: Value) => Value;

const scalarOf = (value: Value): number | undefined => value.scalar ?? value.expandedFrom?.scalar;

const emit =
  (operator: string, dtype?: ValueType): Operator =>
  (graph, a, b) =>
    graph.elementwise(operator, [a, b], dtype ?? a.dtype);

/**
 * A kernel of two operands. `neutral` is the number that leaves the other operand as it is (x + 0, x · 1), on the
 * right or, for commutative operators, on either side: gradients are full of both.
 */
function binary(operator: Operator, neutral?: { value: number; commutes: boolean }): Kernel {
  return ({ graph, inputs }) => {
    const [a, b] = [inputs.a!, inputs.b!];
    if (neutral && scalarOf(b) === neutral.value) return graph.broadcastTo(a, b.shape);
    if (neutral?.commutes && scalarOf(a) === neutral.value) return graph.broadcastTo(b, a.shape);
    return operator(graph, a, b);
  };
}

/** The operators one after the other. */
export const unary =
  (...operators: string[]): Kernel =>
  ({ graph, inputs }) =>
    operators.reduce((value, operator) => graph.elementwise(operator, [value], value.dtype), inputs.x!);

/** Truth values as whole numbers, for operators that do not take them. */
export const numeric = (graph: Graph, value: Value): Value =>
  value.dtype === 'bool' ? cast(graph, value, 'int32') : value;

const order = (operator: string): Kernel =>
  binary((graph, a, b) => graph.elementwise(operator, [numeric(graph, a), numeric(graph, b)], 'bool'));
const negated = (graph: Graph, value: Value): Value => graph.elementwise('Not', [value], 'bool');

export function cast(graph: Graph, value: Value, dtype: ValueType): Value {
  if (value.dtype === dtype) return value;
  const to = { float32: 1, int32: 6, int64: 7, bool: 9 }[dtype];
  return graph.elementwise('Cast', [value], dtype, { to });
}

/** A convolution with a number for each of its channels added, which ONNX Runtime does along the way. */
function biased(graph: Graph, sums: Value, bias: Value): Value | undefined {
  const [, channels] = sums.shape;
  return sums.plus && sameShape(bias.shape, [1, channels!, 1, 1])
    ? sums.plus(graph.reshape(bias, [channels!]))
    : undefined;
}

export const clip = (graph: Graph, x: Value, low: number, high: number): Value =>
  graph.elementwise('Clip', [x, ...[low, high].map(limit => graph.filled(limit, [], x.dtype))], x.dtype);

/** As large a number as makes one of the smallest that a processor takes for more than zero. */
const STEEP = 3e38;

/** Of real numbers, 1 for those above zero, else 0. */
function isPositive(graph: Graph, x: Value): Value {
  // max(0, min(1, STEEP · x)), which is two thirds faster than a comparison and a cast.
  if (graph.strengths.fastProducts) {
    const attributes = { alpha: { float: STEEP }, beta: { float: 0 } };
    return graph.elementwise('HardSigmoid', [x], 'float32', attributes);
  }
  const zero = graph.filled(0, [], 'float32');
  return cast(graph, graph.elementwise('Greater', [x, zero], 'bool'), 'float32');
}

/** The remainder with the sign of the divisor. */
const remainder: Operator = (graph, a, b) => {
  const zero = graph.filled(0, [], a.dtype);
  if (a.dtype === 'int32') {
    // Division by zero, of which `js` makes zero, would end the process.
    const isZero = graph.elementwise('Equal', [b, zero], 'bool');
    const divisor = graph.elementwise('Where', [isZero, graph.filled(1, [], 'int32'), b], 'int32');
    return emit('Mod')(graph, a, divisor);
  }
  const rest = graph.elementwise('Mod', [a, b], a.dtype, { fmod: 1 });
  const apart = emit('Mul')(graph, graph.elementwise('Sign', [rest], a.dtype), b);
  const differ = graph.elementwise('Less', [apart, zero], 'bool');
  return graph.elementwise('Where', [differ, emit('Add')(graph, rest, b), rest], a.dtype);
};

/** The angle of (b, a), by that below an eighth of a turn: no quotient above one, nor of zeros or of infinities. */
const angle: Operator = (graph, a, b) => {
  const number = (value: number) => graph.filled(value, [], 'float32');
  const less = emit('Less', 'bool');
  const choose = (condition: Value, yes: Value, no: Value) =>
    graph.elementwise('Where', [condition, yes, no], 'float32');
  const [height, width] = [a, b].map(value => graph.elementwise('Abs', [value], 'float32')) as [Value, Value];
  const quotient = emit('Div')(graph, emit('Min')(graph, height, width), emit('Max')(graph, height, width));
  const same = graph.elementwise('Equal', [height, width], 'bool');
  const slope = choose(same, cast(graph, less(graph, number(0), height), 'float32'), quotient);
  const small = graph.elementwise('Atan', [slope], 'float32');
  const quarter = choose(less(graph, width, height), emit('Sub')(graph, number(Math.PI / 2), small), small);
  const half = choose(less(graph, b, number(0)), emit('Sub')(graph, number(Math.PI), quarter), quarter);
  return choose(less(graph, a, number(0)), graph.elementwise('Neg', [half], 'float32'), half);
};

const arithmetic = forTypes(['float32', 'int32'], {
  Add: binary((graph, a, b) => biased(graph, a, b) ?? biased(graph, b, a) ?? emit('Add')(graph, a, b), {
    value: 0,
    commutes: true,
  }),
  AddN: ({ graph, inputs }) => Object.values(inputs).reduce((sum, value) => emit('Add')(graph, sum, value)),
  Sub: binary(emit('Sub'), { value: 0, commutes: false }),
  Multiply: binary(emit('Mul'), { value: 1, commutes: true }),
  Maximum: binary(emit('Max')),
  Minimum: binary(emit('Min')),
  Pow: binary(emit('Pow'), { value: 1, commutes: false }),
  Mod: binary(remainder),
  SquaredDifference: binary((graph, a, b) => {
    const difference = emit('Sub')(graph, a, b);
    return emit('Mul')(graph, difference, difference);
  }),
  Abs: unary('Abs'),
  Neg: unary('Neg'),
  Sign: unary('Sign'),
  Square: ({ graph, inputs }) => emit('Mul')(graph, inputs.x!, inputs.x!),
  Relu: unary('Relu'),
  Relu6: ({ graph, inputs }) => clip(graph, inputs.x!, 0, 6),
  LeakyRelu: ({ graph, inputs, attrs }) =>
    graph.elementwise('LeakyRelu', [cast(graph, inputs.x!, 'float32')], 'float32', {
      alpha: { float: attrs.alpha },
    }),
  Prelu: ({ graph, inputs }) => {
    const [x, alpha] = [inputs.x!, inputs.alpha!].map(value => cast(graph, value, 'float32')) as [
      Value,
      Value,
    ];
    const negative = emit('Less', 'bool')(graph, x, graph.filled(0, [], 'float32'));
    return graph.elementwise('Where', [negative, emit('Mul')(graph, alpha, x), x], 'float32');
  },
  Step: ({ graph, inputs, attrs }) => {
    const x = inputs.x!;
    const alpha = graph.filled(attrs.alpha, [], x.dtype);
    // Where is the same of all, and several times slower.
    if (x.dtype === 'float32' && attrs.alpha >= 0 && attrs.alpha < 1) {
      const positive = isPositive(graph, x);
      return attrs.alpha === 0 ? positive : graph.elementwise('Max', [positive, alpha], x.dtype);
    }
    const [zero, one] = [0, 1].map(number => graph.filled(number, [], x.dtype));
    const positive = graph.elementwise('Greater', [x, zero!], 'bool');
    if (attrs.alpha === 0) return cast(graph, positive, x.dtype);
    return graph.elementwise('Where', [positive, one!, alpha], x.dtype);
  },
  ClipByValue: ({ graph, inputs, attrs }) => clip(graph, inputs.x!, attrs.clipValueMin, attrs.clipValueMax),
});

const realArithmetic = forTypes(['float32'], {
  RealDiv: binary(emit('Div'), { value: 1, commutes: false }),
  Atan2: binary(angle),
  // (x − mean) / √(variance + ε) · scale + offset, the last two where given.
  FusedBatchNorm: ({ graph, inputs, attrs }) => {
    const { x, mean, variance, scale, offset } = inputs;
    const epsilon = graph.filled(attrs.varianceEpsilon, [], 'float32');
    const deviation = graph.elementwise('Sqrt', [emit('Add')(graph, variance!, epsilon)], 'float32');
    const normalized = emit('Div')(graph, emit('Sub')(graph, x!, mean!), deviation);
    const scaled = scale ? emit('Mul')(graph, normalized, scale) : normalized;
    return offset ? emit('Add')(graph, scaled, offset) : scaled;
  },
});

const logic = forTypes(['bool'], {
  LogicalAnd: binary(emit('And')),
  LogicalOr: binary(emit('Or')),
  LogicalNot: ({ graph, inputs }) => negated(graph, inputs.x!),
});

export const elementwiseKernels: KernelTable = {
  ...arithmetic,
  ...realArithmetic,
  ...logic,
  Greater: order('Greater'),
  GreaterEqual: order('GreaterOrEqual'),
  Less: order('Less'),
  LessEqual: order('LessOrEqual'),
  Equal: binary(emit('Equal', 'bool')),
  // ONNX has no NotEqual.
  NotEqual: binary((graph, a, b) => negated(graph, graph.elementwise('Equal', [a, b], 'bool'))),
  Select: ({ graph, inputs }) => {
    const { condition, t, e } = inputs as { condition: Value; t: Value; e: Value };
    const [yes, no] = [numeric(graph, t), numeric(graph, e)];
    return cast(graph, graph.elementwise('Where', [condition, yes, no], yes.dtype), t.dtype);
  },
  // Real to whole numbers truncates towards zero in both; numbers to truth values is "not zero" in both.
  Cast: ({ graph, inputs, attrs }) => {
    if (!['float32', 'int32', 'bool'].includes(attrs.dtype)) {
      throw new TypeError(`expected Cast to float32, int32 or bool, got ${attrs.dtype}`);
    }
    return cast(graph, inputs.x!, attrs.dtype);
  },
};
