// Elementwise kernels: arithmetic, functions of one variable, comparisons, logic, casts.
import type { Graph, Value, ValueType } from '../graph.js';
import type { Kernel, KernelTable } from './kernel.js';

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

const unary =
  (...operators: string[]): Kernel =>
  ({ graph, inputs }) =>
    operators.reduce((value, operator) => graph.elementwise(operator, [value], value.dtype), inputs.x!);

/** Truth values as whole numbers, for operators that do not take them. */
const numeric = (graph: Graph, value: Value): Value =>
  value.dtype === 'bool' ? cast(graph, value, 'int32') : value;

const order = (operator: string): Kernel =>
  binary((graph, a, b) => graph.elementwise(operator, [numeric(graph, a), numeric(graph, b)], 'bool'));
const negated = (graph: Graph, value: Value): Value => graph.elementwise('Not', [value], 'bool');

export function cast(graph: Graph, value: Value, dtype: ValueType): Value {
  if (value.dtype === dtype) return value;
  const to = { float32: 1, int32: 6, int64: 7, bool: 9 }[dtype];
  return graph.elementwise('Cast', [value], dtype, { to });
}

export const elementwiseKernels: KernelTable = {
  Add: binary(emit('Add'), { value: 0, commutes: true }),
  Sub: binary(emit('Sub'), { value: 0, commutes: false }),
  Multiply: binary(emit('Mul'), { value: 1, commutes: true }),
  RealDiv: binary(emit('Div'), { value: 1, commutes: false }),
  Maximum: binary(emit('Max')),
  Minimum: binary(emit('Min')),
  Pow: binary(emit('Pow'), { value: 1, commutes: false }),
  SquaredDifference: binary((graph, a, b) => {
    const difference = graph.elementwise('Sub', [a, b], a.dtype);
    return graph.elementwise('Mul', [difference, difference], a.dtype);
  }),

  Greater: order('Greater'),
  GreaterEqual: order('GreaterOrEqual'),
  Less: order('Less'),
  LessEqual: order('LessOrEqual'),
  Equal: binary(emit('Equal', 'bool')),
  // ONNX has no NotEqual.
  NotEqual: binary((graph, a, b) => negated(graph, graph.elementwise('Equal', [a, b], 'bool'))),
  LogicalAnd: binary(emit('And')),
  LogicalOr: binary(emit('Or')),
  LogicalNot: ({ graph, inputs }) => negated(graph, inputs.x!),

  Abs: unary('Abs'),
  Neg: unary('Neg'),
  Exp: unary('Exp'),
  Log: unary('Log'),
  Sqrt: unary('Sqrt'),
  Rsqrt: unary('Sqrt', 'Reciprocal'),
  Reciprocal: unary('Reciprocal'),
  Sigmoid: unary('Sigmoid'),
  Tanh: unary('Tanh'),
  Softplus: unary('Softplus'),
  Relu: unary('Relu'),
  Sign: unary('Sign'),
  Floor: unary('Floor'),
  Ceil: unary('Ceil'),
  Sin: unary('Sin'),
  Cos: unary('Cos'),
  Square: ({ graph, inputs }) => graph.elementwise('Mul', [inputs.x!, inputs.x!], inputs.x!.dtype),
  Log1p: ({ graph, inputs }) => {
    const real = (operator: string, ...operands: Value[]) => graph.elementwise(operator, operands, 'float32');
    const x = inputs.x!;
    const one = graph.filled(1, [], 'float32');
    // log(1 + x) = log(u) + (x − (u − 1)) / u up to rounding, where u = 1 + x as rounded, has lost most of a small x.
    const u = real('Add', x, one);
    const kept = real('Sub', u, one);
    const exact = graph.elementwise('Equal', [kept, x], 'bool');
    const log = real('Log', u);
    return real('Where', exact, log, real('Add', log, real('Div', real('Sub', x, kept), u)));
  },
  LeakyRelu: ({ graph, inputs, attrs }) =>
    graph.elementwise('LeakyRelu', [cast(graph, inputs.x!, 'float32')], 'float32', {
      alpha: { float: attrs.alpha },
    }),
  Step: ({ graph, inputs, attrs }) => {
    const x = inputs.x!;
    const [zero, one, alpha] = [0, 1, attrs.alpha as number].map(number => graph.filled(number, [], x.dtype));
    const positive = graph.elementwise('Greater', [x, zero!], 'bool');
    return attrs.alpha === 0
      ? cast(graph, positive, x.dtype)
      : graph.elementwise('Where', [positive, one!, alpha!], x.dtype);
  },
  ClipByValue: ({ graph, inputs, attrs }) => {
    const x = inputs.x!;
    const limits = [attrs.clipValueMin, attrs.clipValueMax].map((limit: number) =>
      graph.filled(limit, [], x.dtype),
    );
    return graph.elementwise('Clip', [x, ...limits], x.dtype);
  },
  IsNan: ({ graph, inputs }) => graph.elementwise('IsNaN', [inputs.x!], 'bool'),

  Select: ({ graph, inputs }) => {
    const { condition, t, e } = inputs as { condition: Value; t: Value; e: Value };
    const [yes, no] = [numeric(graph, t), numeric(graph, e)];
    return cast(graph, graph.elementwise('Where', [condition, yes, no], yes.dtype), t.dtype);
  },
  // Real to whole numbers truncates towards zero in both; numbers to truth values is "not zero" in both.
  Cast: ({ graph, inputs, attrs }) => cast(graph, inputs.x!, attrs.dtype),
};
