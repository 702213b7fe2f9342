// The recorded program: a graph of ONNX nodes, kept small while it grows. Equal nodes are one node, transposes
// cancel, and a value that merely repeats a smaller one is only written out where an operator needs it.
import { commonRefinement, joined, partsOf, sameShape, sizeOf, sources } from './layout.js';

export { sameShape, sizeOf } from './layout.js';

export type ValueType = 'float32' | 'int32' | 'bool' | 'int64';
/** An ONNX attribute: whole number, text, list of whole numbers, or a real number. */
export type Attribute = number | string | readonly number[] | { readonly float: number };
type Data = Float32Array | Int32Array | Uint8Array | BigInt64Array;

/** A tensor of the graph: what is known of it while tracing. */
export interface Value {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: ValueType;
  /** The TensorFlow.js kernel, input or constant that it came from, for error messages. */
  readonly origin: string;
  /** Whether it depends on an input, and not on constants alone. */
  readonly varies: boolean;
  /** The number that it holds, if it is a constant of one element. */
  readonly scalar?: number;
  /** The smaller value that it repeats along its axes (NumPy's broadcasting rules). */
  readonly expandedFrom?: Value;
  /** What it is a transpose of. */
  readonly transposedFrom?: Transposed;
  /** Of a convolution [batch, channels, …]: the same with a number for each channel added along the way. */
  readonly plus?: (bias: Value) => Value;
}

/** A value, and a permutation of its axes; neighbouring ones may be one axis afterwards. */
export interface Transposed {
  readonly value: Value;
  readonly permutation: readonly number[];
}

export interface Node {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface Constant {
  readonly value: Value;
  readonly data: Data;
}

/** The shape of an elementwise operation over `shapes` (NumPy's rules). @throws TypeError if they do not fit. */
export function broadcastShapes(...shapes: (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map(shape => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map(shape => shape[axis - rank + shape.length] ?? 1);
    const size = sizes.find(s => s !== 1) ?? 1;
    if (sizes.some(s => s !== 1 && s !== size)) {
      throw new TypeError(`expected shapes that broadcast, got ${shapes.map(s => `[${s}]`).join(' and ')}`);
    }
    return size;
  });
}

const shapeOf = ({ value, permutation }: Transposed): number[] => permutation.map(axis => value.shape[axis]!);

/** What the engine that a graph is recorded for does well. */
export interface Strengths {
  /** It convolves a batch of small images faster as one image: a large product, where each of them is a small one. */
  readonly foldedBatches?: boolean;
  /** It enlarges an image by a transposed convolution faster than by a convolution for each position of a pixel. */
  readonly transposedConvolutions?: boolean;
  /** Its matrix products are fast enough beside its convolutions that fewer multiplications are worth moving data. */
  readonly fastProducts?: boolean;
  /** It computes the results of a product at the same time, but each alone: few with long sums leave most of it idle. */
  readonly parallelResults?: boolean;
}

/** Numbers that lie one after the other, from which on they are moved faster by Gather. */
const LONG_LINE = 32;

export class Graph {
  constructor(readonly strengths: Strengths = {}) {}

  readonly nodes: Node[] = [];
  readonly constants: Constant[] = [];
  readonly inputs: Value[] = [];
  /** Names of the constant filters that convolutions are made products with. */
  readonly multiplied = new Set<string>();
  /** Shapes of all values by name. */
  readonly shapes = new Map<string, readonly number[]>();
  /** The kernel being translated; recorded as the origin of the values that it makes. */
  kernel = '';
  readonly #known = new Map<string, readonly Value[]>();
  readonly #constantOf = new WeakMap<ArrayBufferView, Value>();
  #count = 0;

  #value(shape: readonly number[], dtype: ValueType, more: Partial<Value> = {}): Value {
    // The sign keeps these names apart from those of inputs and outputs, which are the caller's.
    const value = {
      name: more.name ?? `%${this.#count++}`,
      shape: [...shape],
      dtype,
      varies: false,
      origin: this.kernel,
      ...more,
    };
    this.shapes.set(value.name, value.shape);
    return value;
  }

  input(name: string, shape: readonly number[], dtype: ValueType): Value {
    const value = this.#value(shape, dtype, { name, varies: true, origin: `input "${name}"` });
    this.inputs.push(value);
    return value;
  }

  /** A constant array; one that repeats a single number is kept as that number. */
  constant(data: Data, shape: readonly number[], dtype: ValueType): Value {
    const first = data[0];
    if (first !== undefined && dtype !== 'int64' && data.every(element => Object.is(element, first))) {
      return this.filled(Number(first), shape, dtype);
    }
    const before = this.#constantOf.get(data);
    if (before && sameShape(before.shape, shape)) return before;
    const value = this.#value(shape, dtype, { origin: 'a constant' });
    this.constants.push({ value, data });
    this.#constantOf.set(data, value);
    return value;
  }

  /** A constant of `shape` that holds one number everywhere. */
  filled(number: number, shape: readonly number[], dtype: ValueType): Value {
    const key = `scalar ${dtype} ${Object.is(number, -0) ? '-0' : number}`;
    let [scalar] = this.#known.get(key) ?? [];
    if (scalar === undefined) {
      scalar = this.#value([], dtype, { scalar: number, origin: 'a constant' });
      const data =
        dtype === 'float32'
          ? Float32Array.of(number)
          : dtype === 'int32'
            ? Int32Array.of(number)
            : Uint8Array.of(number);
      this.constants.push({ value: scalar, data });
      this.#known.set(key, [scalar]);
    }
    return this.expand(scalar, shape);
  }

  /** A list of whole numbers, as operators take shapes and axes. */
  integers(numbers: readonly number[]): Value {
    const key = `integers ${numbers}`;
    const [before] = this.#known.get(key) ?? [];
    if (before) return before;
    const value = this.#value([numbers.length], 'int64', { origin: 'a constant' });
    this.constants.push({ value, data: BigInt64Array.from(numbers, BigInt) });
    this.#known.set(key, [value]);
    return value;
  }

  /** Appends a node and returns its outputs; an equal node that is already there serves again. */
  nodeOf(
    operator: string,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, Attribute>>,
    outputs: readonly (readonly [shape: readonly number[], dtype: ValueType])[],
  ): readonly Value[] {
    const dense = inputs.map(value => this.dense(value).name);
    const key = JSON.stringify([operator, dense, attributes, outputs]);
    const before = this.#known.get(key);
    if (before) return before;
    const varies = inputs.some(value => value.varies);
    const values = outputs.map(([shape, dtype]) => this.#value(shape, dtype, { varies }));
    this.nodes.push({ operator, inputs: dense, outputs: values.map(value => value.name), attributes });
    this.#known.set(key, values);
    return values;
  }

  /** Appends a node of one output. */
  node(
    operator: string,
    inputs: readonly Value[],
    shape: readonly number[],
    dtype: ValueType,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value {
    return this.nodeOf(operator, inputs, attributes, [[shape, dtype]])[0]!;
  }

  /** `value` repeated to `shape`, written out only where an operator needs it so. */
  expand(value: Value, shape: readonly number[]): Value {
    const source = value.expandedFrom ?? value;
    if (sameShape(source.shape, shape)) return source;
    return this.#value(shape, value.dtype, {
      name: `${source.name} expanded`,
      expandedFrom: source,
      varies: value.varies,
      origin: value.origin,
    });
  }

  /** `value` broadcast against `shape`. */
  broadcastTo(value: Value, shape: readonly number[]): Value {
    return this.expand(value, broadcastShapes(value.shape, shape));
  }

  /** `value` as an operator's input: written out if it is a repetition. */
  dense(value: Value): Value {
    if (value.expandedFrom === undefined) return value;
    return this.node('Expand', [value.expandedFrom, this.integers(value.shape)], value.shape, value.dtype);
  }

  /** `value` with its axes permuted; transposes of transposes are composed, and one that does nothing is left out. */
  transpose(value: Value, permutation: readonly number[]): Value {
    const before = value.transposedFrom ?? { value, permutation: [...value.shape.keys()] };
    const parts = partsOf(value.shape, shapeOf(before));
    const whole = {
      value: before.value,
      permutation: permutation.flatMap(axis => parts[axis]!.map(part => before.permutation[part]!)),
    };
    const base = whole.value;
    const shape = permutation.map(axis => value.shape[axis]!);
    if (whole.permutation.every((axis, position) => axis === position)) return this.reshape(base, shape);
    // Moving axes of length one does not move data.
    const moved = whole.permutation.filter(axis => base.shape[axis] !== 1);
    const stays = moved.every((axis, i) => i === 0 || axis > moved[i - 1]!);
    const node = this.reshape(stays ? base : this.#permuted(base, whole.permutation), shape);
    return { ...node, transposedFrom: whole };
  }

  /** The transpose as an operator. */
  #permuted(value: Value, permutation: readonly number[]): Value {
    const shape = permutation.map(axis => value.shape[axis]!);
    if (!this.strengths.fastProducts)
      return this.node('Transpose', [value], shape, value.dtype, { perm: permutation });
    const few = joined(value.shape, permutation);
    const before = this.reshape(value, few.shape);
    return this.reshape(this.#moved(before, few.permutation, before !== value), shape);
  }

  /** By the operator of ONNX Runtime's that is the fastest on a processor, where Transpose has one thread. */
  #moved(value: Value, permutation: readonly number[], isReshaped: boolean): Value {
    const { shape, dtype } = value;
    const moved = permutation.map(axis => shape[axis]!);
    const last = shape.length - 1;
    const line = shape[last]!;
    if (permutation[last] === last && line >= LONG_LINE) {
      const places = sources(shape.slice(0, last), permutation.slice(0, last));
      const lines = this.reshape(value, [places.length, line]);
      return this.node('Gather', [lines, this.integers(places)], lines.shape, dtype, { axis: 0 });
    }
    const node = this.node('Transpose', [value], moved, dtype, { perm: permutation });
    // Between two reshapings it would be moved behind the second, where it takes ten times as long, but for what is between.
    return isReshaped && last === 1 ? this.node('Flatten', [node], moved, dtype, { axis: 1 }) : node;
  }

  /** `value` as it is laid out now, whatever it is a transpose of. */
  settled(value: Value): Value {
    const { transposedFrom: _, ...rest } = value;
    return rest;
  }

  /**
   * `value` with the same elements in another shape. A leading axis that stays is written as "the same" and one that
   * does not as "what is left", so that a program over a batch runs on any batch size.
   */
  reshape(value: Value, shape: readonly number[]): Value {
    if (sameShape(value.shape, shape)) return value;
    if (value.expandedFrom && sizeOf(value.expandedFrom.shape) === 1) {
      return this.expand(this.reshape(value.expandedFrom, []), shape);
    }
    const empty = sizeOf(shape) === 0;
    const target =
      empty || shape.length === 0 ? shape : [shape[0] === value.shape[0] ? 0 : -1, ...shape.slice(1)];
    const node = this.node(
      'Reshape',
      [value, this.integers(target)],
      shape,
      value.dtype,
      empty ? { allowzero: 1 } : {},
    );
    const transposedFrom = empty ? undefined : this.#reshaped(value.transposedFrom, shape);
    return transposedFrom ? { ...node, transposedFrom } : node;
  }

  /** What the transpose is in another shape; undefined for none that moves whole axes. */
  #reshaped(before: Transposed | undefined, shape: readonly number[]): Transposed | undefined {
    if (!before || !this.strengths.fastProducts) return undefined;
    const fine = commonRefinement(shapeOf(before), shape);
    if (!fine) return undefined;
    const parts = partsOf(shapeOf(before), fine);
    const inBase = before.value.shape.flatMap((_, axis) => parts[before.permutation.indexOf(axis)]!);
    return {
      value: this.reshape(
        before.value,
        inBase.map(part => fine[part]!),
      ),
      permutation: [...fine.keys()].map(part => inBase.indexOf(part)),
    };
  }

  /**
   * An elementwise operator with broadcasting. Repetitions among the operands stay unwritten when the others
   * already give the result its shape.
   */
  elementwise(
    operator: string,
    operands: readonly Value[],
    dtype: ValueType,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value {
    const shape = broadcastShapes(...operands.map(value => value.shape));
    const given = operands.map(value => value.expandedFrom ?? value);
    const narrow = broadcastShapes(...given.map(value => value.shape));
    const whole = given.filter(value => sameShape(value.shape, narrow));
    const sunk = whole.map(value => this.sunk(value)).find(Boolean);
    if (!sunk) return this.expand(this.node(operator, given, narrow, dtype, attributes), shape);
    const { permutation } = sunk;
    const order = sunk.value.shape;
    const before = given.map(value =>
      value.shape.length === 0 ? value : this.#inLines(this.#laidOutAs(sunk, value, narrow), order),
    );
    const result = this.transpose(this.node(operator, before, order, dtype, attributes), permutation);
    return this.expand(this.reshape(result, narrow), shape);
  }

  /** What broadcasts to `shape`, in the order of axes that another value of that shape is a transpose of. */
  #laidOutAs(other: Transposed, value: Value, shape: readonly number[]): Value {
    const ranked = [...Array<number>(shape.length - value.shape.length).fill(1), ...value.shape];
    const fine = shapeOf(other);
    const lengths = partsOf(shape, fine).flatMap((parts, axis) =>
      parts.map(part => (ranked[axis] === shape[axis] ? fine[part]! : 1)),
    );
    const inverse = [...other.permutation.keys()].map(axis => other.permutation.indexOf(axis));
    return this.transpose(this.reshape(value, lengths), inverse);
  }

  /** A number for each channel of images […, batch, channels] as one for each in a line of the whole batch: longer loops. */
  #inLines(value: Value, shape: readonly number[]): Value {
    const channels = shape.at(-1)!;
    const isVector = sizeOf(value.shape) === channels && value.shape.at(-1) === channels;
    if (!isVector || shape.length < 3) return value;
    const line = shape.map((_, axis) => (axis < shape.length - 2 ? 1 : shape[axis]!));
    return this.dense(this.expand(value, line));
  }

  /**
   * What a value is a transpose of, where an operator is better recorded in front of the transpose: it may meet its inverse
   * behind the operator.
   */
  sunk(value: Value): Transposed | undefined {
    const moves = value.shape.filter(length => length > 1).length > 1;
    return this.strengths.fastProducts && moves ? value.transposedFrom : undefined;
  }

  /** The axes of what a value is a transpose of that make up these of the value. */
  axesOf(transposed: Transposed, axes: readonly number[], shape: readonly number[]): number[] {
    const parts = partsOf(shape, shapeOf(transposed));
    return axes.flatMap(axis => parts[axis]!.map(part => transposed.permutation[part]!));
  }

  /** The nodes and constants that `outputs` depend on, in order. */
  reachable(outputs: readonly Value[]): { nodes: Node[]; constants: Constant[] } {
    const needed = new Set(outputs.map(value => value.name));
    const nodes = this.nodes.toReversed().filter(node => {
      if (!node.outputs.some(name => needed.has(name))) return false;
      for (const name of node.inputs) needed.add(name);
      return true;
    });
    return {
      nodes: nodes.reverse(),
      constants: this.constants.filter(({ value }) => needed.has(value.name)),
    };
  }
}
