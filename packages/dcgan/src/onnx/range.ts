// The range of a network's images, where its last nodes tell it.
import type { Known } from './known.js';
import type { Network } from './network.js';
import type { Node } from './operator.js';

export type Interval = readonly [low: number, high: number];

const EVERYTHING: Interval = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/** Operators whose results lie in a range of their own, whatever goes in. */
const BOUNDED: Readonly<Record<string, Interval>> = {
  Sigmoid: [0, 1],
  HardSigmoid: [0, 1],
  Softmax: [0, 1],
  Tanh: [-1, 1],
  Softsign: [-1, 1],
  Erf: [-1, 1],
  Sin: [-1, 1],
  Cos: [-1, 1],
};

/** Operators whose results are entries of their first input, or means of them. */
const PASSING = new Set([
  ...[
    'AveragePool',
    'Cast',
    'DepthToSpace',
    'Dropout',
    'Expand',
    'Flatten',
    'Gather',
    'GlobalAveragePool',
    'Identity',
  ],
  ...[
    'MaxPool',
    'ReduceMean',
    'Reshape',
    'Slice',
    'SpaceToDepth',
    'Split',
    'Squeeze',
    'Tile',
    'Transpose',
    'Unsqueeze',
  ],
]);

/** The interval in which every entry of a value lies; infinite where the nodes do not tell. */
export function rangeOf(network: Network, name: string): Interval {
  const constant = network.constants.get(name);
  if (constant) return extent(constant);
  const node = network.nodes.find(({ outputs }) => outputs.includes(name));
  return node ? rangeAfter(network, node) : EVERYTHING;
}

function rangeAfter(network: Network, node: Node): Interval {
  const of = (index: number) => rangeOf(network, node.inputs[index] ?? '');
  const bounded = BOUNDED[node.operator];
  if (bounded) return bounded;
  if (PASSING.has(node.operator)) return of(0);
  switch (node.operator) {
    case 'Clip':
      return within(of(0), clipBounds(network, node));
    case 'Relu':
      return within(of(0), [0, Number.POSITIVE_INFINITY]);
    case 'Abs':
    case 'Softplus':
    case 'Exp':
      return [0, Number.POSITIVE_INFINITY];
    case 'Resize':
      return node.attributes.get('mode') === 'cubic' ? EVERYTHING : of(0);
    case 'Neg':
      return [-of(0)[1], -of(0)[0]];
    case 'Concat':
      return hull(node.inputs.map(input => rangeOf(network, input)));
    case 'Add':
      return [of(0)[0] + of(1)[0], of(0)[1] + of(1)[1]];
    case 'Sub':
      return [of(0)[0] - of(1)[1], of(0)[1] - of(1)[0]];
    case 'Mul':
      return products(of(0), of(1));
    case 'Div':
      return of(1)[0] > 0 || of(1)[1] < 0 ? products(of(0), [1 / of(1)[1], 1 / of(1)[0]]) : EVERYTHING;
    default:
      return EVERYTHING;
  }
}

function clipBounds({ constants }: Network, { attributes, inputs }: Node): Interval {
  const bound = (name: string, index: number, fallback: number) => {
    const attribute = attributes.get(name);
    if (typeof attribute === 'number') return attribute;
    const constant = constants.get(inputs[index] ?? '');
    return constant ? constant.data[0]! : fallback;
  };
  return [bound('min', 1, EVERYTHING[0]), bound('max', 2, EVERYTHING[1])];
}

const within = ([low, high]: Interval, [least, most]: Interval): Interval => [
  Math.min(Math.max(low, least), most),
  Math.min(Math.max(high, least), most),
];

const hull = (intervals: readonly Interval[]): Interval => [
  Math.min(...intervals.map(([low]) => low)),
  Math.max(...intervals.map(([, high]) => high)),
];

/** Zero times anything, the infinite too, is zero here. */
const products = (a: Interval, b: Interval): Interval => {
  const all = a.flatMap(x => b.map(y => (x === 0 || y === 0 ? 0 : x * y)));
  return [Math.min(...all), Math.max(...all)];
};

function extent({ data }: Known): Interval {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
