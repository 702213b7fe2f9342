// What an operator is: a node's inputs and attributes in, values out.
import { isKnown, type Known } from './known.js';
import { NotLiftable, NotReady, Refusal, shapeOf, type Value } from './value.js';

export type Attribute = number | string | readonly number[] | readonly string[] | Known | Branch;

/** A graph within a node, which may take values from around it. */
export interface Branch {
  readonly nodes: readonly Node[];
  readonly outputs: readonly string[];
  readonly weights: ReadonlyMap<string, () => Promise<Known>>;
}

export const isBranch = (attribute: Attribute | undefined): attribute is Branch =>
  typeof attribute === 'object' && 'nodes' in attribute;

export interface Node {
  /** What the file calls it; '' where it has no name. */
  readonly name: string;
  readonly operator: string;
  /** What has defined it if not ONNX: its domain; '' for ONNX itself. */
  readonly domain: string;
  /** Version of the operator set that it is of. */
  readonly opset: number;
  /** Names of values, '' for one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** Domain and operator set of nodes that are added to those of the file. */
export const PLAIN = { domain: '', opset: 13 };

/** A node whose turn it is. */
export class Call {
  constructor(
    readonly node: Node,
    readonly inputs: readonly (Value | undefined)[],
    /** Attributes that were asked for. */
    readonly asked = new Set<string>(),
  ) {}

  get opset(): number {
    return this.node.opset;
  }

  input(index: number): Value {
    const value = this.inputs[index];
    if (value === undefined) throw new Refusal(`its input ${index + 1} is missing`);
    return value;
  }

  shape(index: number): readonly number[] {
    return shapeOf(this.input(index));
  }

  /** An input by which the model says what to do, as numbers; undefined where it is left out. */
  numbers(index: number): readonly number[] | undefined {
    const value = this.inputs[index];
    if (value === undefined) return undefined;
    if (isKnown(value)) return [...value.data];
    const what = `"${this.node.inputs[index]}", its input ${index + 1},`;
    if (value.lift !== 1) throw new NotLiftable(what);
    if (value.varies)
      throw new Refusal(`${what} follows from values of the code, and shapes and settings must not`);
    throw new NotReady(`${what} could not be computed while reading`);
  }

  /** @throws Refusal where the node has an attribute that nobody asked for, and that changes the result. */
  refuseOthers(): void {
    const other = [...this.node.attributes.keys()].find(name => !this.asked.has(name) && !SILENT.has(name));
    if (other !== undefined) throw new Refusal(`its attribute "${other}" is not supported`);
  }

  #attribute<T extends Attribute>(name: string, is: (value: Attribute) => value is T): T | undefined {
    this.asked.add(name);
    const value = this.node.attributes.get(name);
    if (value === undefined) return undefined;
    if (!is(value)) throw new Refusal(`its attribute "${name}" has a wrong type`);
    return value;
  }

  number(name: string): number | undefined;
  number(name: string, fallback: number): number;
  number(name: string, fallback?: number): number | undefined {
    return this.#attribute(name, value => typeof value === 'number') ?? fallback;
  }

  text(name: string, fallback: string): string {
    return this.#attribute(name, value => typeof value === 'string') ?? fallback;
  }

  list(name: string): readonly number[] | undefined {
    return this.#attribute(
      name,
      (value): value is readonly number[] =>
        Array.isArray(value) && value.every(entry => typeof entry === 'number'),
    );
  }

  array(name: string): Known | undefined {
    return this.#attribute(name, isKnown);
  }

  /** What the attribute was in old operator sets and an input is in new ones. */
  settings(name: string, index: number): readonly number[] | undefined {
    return this.list(name) ?? this.numbers(index);
  }
}

/** Attributes that change nothing here, or that are asked for only where they do. */
const SILENT = new Set([
  'allowzero',
  'consumed_inputs',
  'dtype',
  'is_test',
  'keepdims',
  'kernel_shape',
  'momentum',
  'noop_with_empty_axes',
  'qk_matmul_output_mode',
  'ratio',
  'round_mode',
  'saturate',
  'seed',
  'softmax_precision',
  'stash_type',
  'storage_order',
  'value',
]);

/** The outputs, or the only one of them that is given. */
export type Operator = (call: Call) => Value | readonly Value[];
export type OperatorTable = Readonly<Record<string, Operator>>;

/** An axis counted from the end, from the front. */
export function axisOf(axis: number, rank: number): number {
  const counted = axis < 0 ? axis + rank : axis;
  if (!(counted >= 0 && counted < rank)) throw new Refusal(`there is no axis ${axis} of ${rank}`);
  return counted;
}
