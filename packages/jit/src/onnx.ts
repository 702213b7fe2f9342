// Writes a recorded graph as an ONNX model.
import type { Attribute, Graph, Value, ValueType } from './graph.js';
import { ATTRIBUTE_TYPE, ELEMENT_TYPE, encodeModelProto, type Message } from './onnx-format.js';

/** ONNX operator set and file format version that the kernels are written for. */
const OPSET = 18;
const IR_VERSION = 8;

function attribute(name: string, value: Attribute): Message {
  if (typeof value === 'number') return { name, i: value, type: ATTRIBUTE_TYPE.int };
  if (typeof value === 'string')
    return { name, s: new TextEncoder().encode(value), type: ATTRIBUTE_TYPE.string };
  if ('float' in value) return { name, f: value.float, type: ATTRIBUTE_TYPE.float };
  return { name, ints: value, type: ATTRIBUTE_TYPE.ints };
}

const valueInfo = (name: string, value: Pick<Value, 'shape' | 'dtype'>, batch?: string): Message => ({
  name,
  type: {
    tensorType: {
      elemType: ELEMENT_TYPE[value.dtype],
      shape: {
        dim: value.shape.map((size, axis) =>
          batch && axis === 0 ? { dimParam: batch } : { dimValue: size },
        ),
      },
    },
  },
});

/** A value that a graph gives, and its name outside. */
interface Result {
  readonly name: string;
  readonly value: Value;
}

/** The nodes and constants that results depend on, between the inputs and the results. */
function graphMessage(graph: Graph, outputs: readonly Result[], batch?: string): GraphMessage {
  const results = outputs.map(({ name, value }) => [name, graph.dense(value)] as const);
  const { nodes, constants } = graph.reachable(results.map(([, value]) => value));
  // A node's result takes the name of the first output that it is. The others are copies, which Identity makes: a value
  // may be several outputs, or an input or a constant.
  const made = new Set(nodes.flatMap(node => node.outputs));
  const nameOf = new Map<string, string>();
  const copies = results.filter(([name, value]) => {
    if (!made.has(value.name) || nameOf.has(value.name)) return true;
    nameOf.set(value.name, name);
    return false;
  });
  const named = (names: readonly string[]) => names.map(name => nameOf.get(name) ?? name);
  return {
    name: 'program',
    node: [
      ...nodes.map(({ operator, inputs, outputs, attributes }) => ({
        ...node(operator, named(inputs), named(outputs)),
        name: outputs[0]!,
        attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
      })),
      ...copies.map(([name, value]) => node('Identity', named([value.name]), [name])),
    ],
    initializer: constants.map(({ value, data }) => ({
      name: value.name,
      dims: value.shape,
      dataType: ELEMENT_TYPE[value.dtype],
      rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    })),
    input: graph.inputs.map(value => valueInfo(value.name, value, batch)),
    output: results.map(([name, value]) => valueInfo(name, value, batch)),
  };
}

interface GraphMessage extends Message {
  readonly name: string;
  readonly node: readonly Message[];
  readonly initializer: readonly Message[];
  readonly input: readonly Message[];
  readonly output: readonly Message[];
}

const node = (opType: string, input: readonly string[], output: readonly string[]) => ({
  name: output[0]!,
  opType,
  input,
  output,
});

const model = (graph: GraphMessage): Uint8Array =>
  encodeModelProto({
    irVersion: IR_VERSION,
    producerName: 'blind-demod',
    opsetImport: [{ domain: '', version: OPSET }],
    graph,
  });

/**
 * The graph as the bytes of an ONNX model file, with the given outputs by name.
 * @param options.batch names the first axis of every input and output, which then may have any length.
 */
export const encodeModel = (
  graph: Graph,
  outputs: readonly Result[],
  options: { batch?: string } = {},
): Uint8Array => model(graphMessage(graph, outputs, options.batch));

/** What a loop's model calls its inputs and outputs, by what one step calls them. */
export const LOOP_NAMES = {
  count: 'count',
  first: (name: string) => `first ${name}`,
  all: (name: string) => `all ${name}`,
  last: (name: string) => `last ${name}`,
  each: (name: string) => `each ${name}`,
} as const;

/**
 * As many runs of the graph, one after the other, as `count` says, as an ONNX model file. It takes the `first` state and the
 * other inputs of `all` runs along a new first axis; it gives the `last` state and the other outputs of `each` run.
 * @param state the outputs that a run gives the next one, by the names of its inputs.
 */
export function encodeLoop(
  graph: Graph,
  state: ReadonlyMap<string, Result>,
  others: readonly Result[],
): Uint8Array {
  const { count, first, all, last, each } = LOOP_NAMES;
  // The sign keeps them apart from the graph's own.
  const [turn, goes, goesOn] = ['%turn', '%goes', '%goes on'] as const;
  const scalar = (name: string, dtype: ValueType): Message => valueInfo(name, { shape: [], dtype });
  const stacked = (name: string, value: Value): Message =>
    valueInfo(name, { ...value, shape: [0, ...value.shape] }, 'count');
  const carried = graph.inputs.filter(({ name }) => state.has(name));
  const given = graph.inputs.filter(({ name }) => !state.has(name));
  const results = carried.map(({ name }) => state.get(name)!);
  const step = graphMessage(graph, [...results, ...others]);
  const body: GraphMessage = {
    ...step,
    node: [
      ...given.map(({ name }) => node('Gather', [all(name), turn], [name])),
      node('Identity', [goes], [goesOn]),
      ...step.node,
    ],
    input: [
      scalar(turn, 'int64'),
      scalar(goes, 'bool'),
      ...carried.map(value => valueInfo(value.name, value)),
    ],
    output: [scalar(goesOn, 'bool'), ...step.output],
  };
  return model({
    name: 'loop',
    node: [
      {
        ...node(
          'Loop',
          [count, '', ...carried.map(({ name }) => first(name))],
          [...results.map(({ name }) => last(name)), ...others.map(({ name }) => each(name))],
        ),
        attribute: [{ name: 'body', g: body, type: ATTRIBUTE_TYPE.graph }],
      },
    ],
    initializer: [],
    input: [
      scalar(count, 'int64'),
      ...carried.map(value => valueInfo(first(value.name), value)),
      ...given.map(value => stacked(all(value.name), value)),
    ],
    output: [
      ...results.map(({ name, value }) => valueInfo(last(name), value)),
      ...others.map(({ name, value }) => stacked(each(name), value)),
    ],
  });
}
