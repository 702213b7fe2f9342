// Functions of one real variable, activations among them.
import type { Graph, Value } from '../graph.js';
import { cast, unary } from './elementwise.js';
import { forTypes, type Kernel, type KernelTable } from './kernel.js';

const real = (graph: Graph, operator: string, ...operands: Value[]): Value =>
  graph.elementwise(operator, operands, 'float32');
const number = (graph: Graph, value: number): Value => graph.filled(value, [], 'float32');

const truth = (graph: Graph, operator: string, ...operands: Value[]): Value =>
  graph.elementwise(operator, operands, 'bool');
const question =
  (operator: string): Kernel =>
  ({ graph, inputs }) =>
    truth(graph, operator, inputs.x!);

const ofReals = forTypes(['float32'], {
  // exp(x) − 1 = tanh(x / 2) · (exp(x) + 1): subtracting one would lose most of a small x.
  Expm1: ({ graph, inputs }) => {
    const x = inputs.x!;
    const tanh = real(graph, 'Tanh', real(graph, 'Mul', x, number(graph, 0.5)));
    return real(graph, 'Mul', tanh, real(graph, 'Add', real(graph, 'Exp', x), number(graph, 1)));
  },
  Log: unary('Log'),
  Log1p: ({ graph, inputs }) => {
    const x = inputs.x!;
    const one = number(graph, 1);
    // log(1 + x) = log(u) + (x − (u − 1)) / u up to rounding, where u = 1 + x as rounded, has lost most of a small x.
    const u = real(graph, 'Add', x, one);
    const kept = real(graph, 'Sub', u, one);
    const log = real(graph, 'Log', u);
    const corrected = real(graph, 'Add', log, real(graph, 'Div', real(graph, 'Sub', x, kept), u));
    return real(graph, 'Where', truth(graph, 'Equal', kept, x), log, corrected);
  },
  Sqrt: unary('Sqrt'),
  Rsqrt: unary('Sqrt', 'Reciprocal'),
  Reciprocal: unary('Reciprocal'),
  Sin: unary('Sin'),
  Cos: unary('Cos'),
  Tan: unary('Tan'),
  Asin: unary('Asin'),
  Acos: unary('Acos'),
  Atan: unary('Atan'),
  Sinh: unary('Sinh'),
  Cosh: unary('Cosh'),
  Tanh: unary('Tanh'),
  Asinh: unary('Asinh'),
  Acosh: unary('Acosh'),
  Atanh: unary('Atanh'),
  Erf: unary('Erf'),
  Floor: unary('Floor'),
  Ceil: unary('Ceil'),

  Sigmoid: unary('Sigmoid'),
  Softplus: unary('Softplus'),
  Elu: unary('Elu'),
  // The gradient by x, given that of y = elu(x): dy for y ≥ 0, dy · (y + 1) below.
  EluGrad: ({ graph, inputs }) => {
    const { dy, y } = inputs as { dy: Value; y: Value };
    const below = real(graph, 'Mul', dy, real(graph, 'Add', y, number(graph, 1)));
    return real(graph, 'Where', truth(graph, 'GreaterOrEqual', y, number(graph, 0)), dy, below);
  },
  Selu: unary('Selu'),
  Softmax: ({ graph, inputs, attrs }) =>
    graph.node('Softmax', [inputs.logits!], inputs.logits!.shape, 'float32', { axis: attrs.dim }),

  IsNan: question('IsNaN'),
  IsInf: question('IsInf'),
  IsFinite: ({ graph, inputs }) => {
    const x = inputs.x!;
    return truth(graph, 'Not', truth(graph, 'Or', truth(graph, 'IsNaN', x), truth(graph, 'IsInf', x)));
  },
});

/** Those that TensorFlow.js has for whole numbers too. */
const ofNumbers = forTypes(['float32', 'int32'], {
  Exp: ({ graph, inputs }) => real(graph, 'Exp', cast(graph, inputs.x!, 'float32')),
  Round: ({ graph, inputs }) => (inputs.x!.dtype === 'int32' ? inputs.x! : real(graph, 'Round', inputs.x!)),
});

export const functionKernels: KernelTable = { ...ofReals, ...ofNumbers };
