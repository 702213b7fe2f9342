// Writes a recorded graph as an ONNX model (the part of onnx.proto that it needs, by protobufjs).
import protobuf from 'protobufjs';
import type { Attribute, Graph, Value, ValueType } from './graph.js';

/** ONNX operator set and file format version that the kernels are written for. */
const OPSET = 18;
const IR_VERSION = 8;

const schema = protobuf.Root.fromJSON({
  nested: {
    AttributeProto: {
      fields: {
        name: { id: 1, type: 'string' },
        f: { id: 2, type: 'float' },
        i: { id: 3, type: 'int64' },
        s: { id: 4, type: 'bytes' },
        ints: { id: 8, type: 'int64', rule: 'repeated' },
        type: { id: 20, type: 'int32' },
      },
    },
    NodeProto: {
      fields: {
        input: { id: 1, type: 'string', rule: 'repeated' },
        output: { id: 2, type: 'string', rule: 'repeated' },
        name: { id: 3, type: 'string' },
        opType: { id: 4, type: 'string' },
        attribute: { id: 5, type: 'AttributeProto', rule: 'repeated' },
      },
    },
    TensorProto: {
      fields: {
        dims: { id: 1, type: 'int64', rule: 'repeated' },
        dataType: { id: 2, type: 'int32' },
        name: { id: 8, type: 'string' },
        rawData: { id: 9, type: 'bytes' },
      },
    },
    Dimension: { fields: { dimValue: { id: 1, type: 'int64' }, dimParam: { id: 2, type: 'string' } } },
    TensorShapeProto: { fields: { dim: { id: 1, type: 'Dimension', rule: 'repeated' } } },
    TensorTypeProto: {
      fields: { elemType: { id: 1, type: 'int32' }, shape: { id: 2, type: 'TensorShapeProto' } },
    },
    TypeProto: { fields: { tensorType: { id: 1, type: 'TensorTypeProto' } } },
    ValueInfoProto: { fields: { name: { id: 1, type: 'string' }, type: { id: 2, type: 'TypeProto' } } },
    GraphProto: {
      fields: {
        node: { id: 1, type: 'NodeProto', rule: 'repeated' },
        name: { id: 2, type: 'string' },
        initializer: { id: 5, type: 'TensorProto', rule: 'repeated' },
        input: { id: 11, type: 'ValueInfoProto', rule: 'repeated' },
        output: { id: 12, type: 'ValueInfoProto', rule: 'repeated' },
      },
    },
    OperatorSetIdProto: { fields: { domain: { id: 1, type: 'string' }, version: { id: 2, type: 'int64' } } },
    ModelProto: {
      fields: {
        irVersion: { id: 1, type: 'int64' },
        producerName: { id: 2, type: 'string' },
        graph: { id: 7, type: 'GraphProto' },
        opsetImport: { id: 8, type: 'OperatorSetIdProto', rule: 'repeated' },
      },
    },
  },
});
const modelType = schema.lookupType('ModelProto');

const ELEMENT_TYPE = { float32: 1, int32: 6, int64: 7, bool: 9 } satisfies Record<ValueType, number>;

// AttributeProto.type: FLOAT 1, INT 2, STRING 3, INTS 7.
function attribute(name: string, value: Attribute) {
  if (typeof value === 'number') return { name, type: 2, i: value };
  if (typeof value === 'string') return { name, type: 3, s: new TextEncoder().encode(value) };
  if ('float' in value) return { name, type: 1, f: value.float };
  return { name, type: 7, ints: value };
}

const valueInfo = (name: string, value: Value, batch: string | undefined) => ({
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
  return modelType
    .encode({
      irVersion: IR_VERSION,
      producerName: 'blind-demod',
      opsetImport: [{ domain: '', version: OPSET }],
      graph: {
        name: 'program',
        node: [
          ...nodes.map(({ operator, inputs, outputs, attributes }) => ({
            name: outputs[0],
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
    })
    .finish();
}
