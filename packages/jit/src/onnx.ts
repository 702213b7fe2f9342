// Writes a recorded graph as an ONNX model.
import type { Attribute, Graph, Value } from './graph.js';
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

const valueInfo = (name: string, value: Value, batch: string | undefined): Message => ({
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

/**
 * The graph as the bytes of an ONNX model file, with the given outputs by name.
 * @param options.batch names the first axis of every input and output, which then may have any length.
 */
export function encodeModel(
  graph: Graph,
  outputs: readonly { readonly name: string; readonly value: Value }[],
  options: { batch?: string } = {},
): Uint8Array {
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
  return encodeModelProto({
    irVersion: IR_VERSION,
    producerName: 'blind-demod',
    opsetImport: [{ domain: '', version: OPSET }],
    graph: {
      name: 'program',
      node: [
        ...nodes.map(({ operator, inputs, outputs, attributes }) => ({
          name: outputs[0]!,
          opType: operator,
          input: named(inputs),
          output: named(outputs),
          attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
        })),
        ...copies.map(([name, value]) => ({
          name,
          opType: 'Identity',
          input: named([value.name]),
          output: [name],
        })),
      ],
      initializer: constants.map(({ value, data }) => ({
        name: value.name,
        dims: value.shape,
        dataType: ELEMENT_TYPE[value.dtype],
        rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      })),
      input: graph.inputs.map(value => valueInfo(value.name, value, options.batch)),
      output: results.map(([name, value]) => valueInfo(name, value, options.batch)),
    },
  });
}
