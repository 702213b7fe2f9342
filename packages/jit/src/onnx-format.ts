// The ONNX file format: the messages of onnx.proto that are read or written here, with protobufjs' reader and writer. Its
// own for whole messages are compiled from text while the program runs, which a page's content security policy may forbid.
import protobuf from 'protobufjs/minimal.js';

/** How a number, a text or bytes follow the number of their field. */
const WIRE_TYPE = { int32: 0, int64: 0, uint64: 0, double: 1, string: 2, bytes: 2, float: 5 } as const;
type Scalar = keyof typeof WIRE_TYPE;
const MESSAGE = 2;

interface Field {
  readonly id: number;
  readonly type: string;
  readonly repeated: boolean;
}
const field = (id: number, type: string): Field => ({ id, type, repeated: false });
const list = (id: number, type: string): Field => ({ id, type, repeated: true });

const MESSAGES: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  StringStringEntryProto: { key: field(1, 'string'), value: field(2, 'string') },
  TensorProto: {
    dims: list(1, 'int64'),
    dataType: field(2, 'int32'),
    floatData: list(4, 'float'),
    int32Data: list(5, 'int32'),
    int64Data: list(7, 'int64'),
    name: field(8, 'string'),
    rawData: field(9, 'bytes'),
    doubleData: list(10, 'double'),
    uint64Data: list(11, 'uint64'),
    externalData: list(13, 'StringStringEntryProto'),
    dataLocation: field(14, 'int32'),
  },
  AttributeProto: {
    name: field(1, 'string'),
    f: field(2, 'float'),
    i: field(3, 'int64'),
    s: field(4, 'bytes'),
    t: field(5, 'TensorProto'),
    g: field(6, 'GraphProto'),
    floats: list(7, 'float'),
    ints: list(8, 'int64'),
    strings: list(9, 'bytes'),
    type: field(20, 'int32'),
    refAttrName: field(21, 'string'),
  },
  NodeProto: {
    input: list(1, 'string'),
    output: list(2, 'string'),
    name: field(3, 'string'),
    opType: field(4, 'string'),
    attribute: list(5, 'AttributeProto'),
    domain: field(7, 'string'),
    overload: field(8, 'string'),
  },
  FunctionProto: {
    name: field(1, 'string'),
    input: list(4, 'string'),
    output: list(5, 'string'),
    attribute: list(6, 'string'),
    node: list(7, 'NodeProto'),
    opsetImport: list(9, 'OperatorSetIdProto'),
    domain: field(10, 'string'),
    attributeProto: list(11, 'AttributeProto'),
    overload: field(13, 'string'),
  },
  Dimension: { dimValue: field(1, 'int64'), dimParam: field(2, 'string') },
  TensorShapeProto: { dim: list(1, 'Dimension') },
  TensorTypeProto: { elemType: field(1, 'int32'), shape: field(2, 'TensorShapeProto') },
  TypeProto: { tensorType: field(1, 'TensorTypeProto') },
  ValueInfoProto: { name: field(1, 'string'), type: field(2, 'TypeProto') },
  GraphProto: {
    node: list(1, 'NodeProto'),
    name: field(2, 'string'),
    initializer: list(5, 'TensorProto'),
    input: list(11, 'ValueInfoProto'),
    output: list(12, 'ValueInfoProto'),
  },
  OperatorSetIdProto: { domain: field(1, 'string'), version: field(2, 'int64') },
  ModelProto: {
    irVersion: field(1, 'int64'),
    producerName: field(2, 'string'),
    graph: field(7, 'GraphProto'),
    opsetImport: list(8, 'OperatorSetIdProto'),
    functions: list(25, 'FunctionProto'),
  },
};

/** A message's fields by their names in onnx.proto, in camel case; what is not there is not written. */
export interface Message {
  readonly [field: string]:
    | string
    | number
    | Uint8Array
    | Message
    | readonly (string | number | Uint8Array | Message)[];
}

/** A number of 64 bits, as the reader gives it. */
type Long = { toNumber(): number };

/**
 * The bytes of an ONNX file.
 *
 * @param model a ModelProto of onnx.proto as a plain object.
 * @example
 * import { decodeModelProto, encodeModelProto } from '@blind-demod/jit';
 *
 * const bytes = encodeModelProto({ irVersion: 8, producerName: 'me', graph: { name: 'nothing' } });
 * console.log(decodeModelProto(bytes).producerName); // me
 */
export const encodeModelProto = (model: Message): Uint8Array =>
  write(protobuf.Writer.create(), 'ModelProto', model).finish();

function write(writer: protobuf.Writer, type: string, message: Message): protobuf.Writer {
  for (const [name, { id, type: fieldType, repeated }] of Object.entries(MESSAGES[type]!)) {
    const values = repeated
      ? ((message[name] ?? []) as Message[])
      : message[name] === undefined
        ? []
        : [message[name]];
    for (const value of values) {
      if (isScalar(fieldType)) writer.uint32((id << 3) | WIRE_TYPE[fieldType])[fieldType](value as never);
      else write(writer.uint32((id << 3) | MESSAGE).fork(), fieldType, value as Message).ldelim();
    }
  }
  return writer;
}

/**
 * What an ONNX file holds: of each message the fields that are there, and the lists, which may be empty. Whole numbers
 * beyond 2⁵³ are rounded.
 *
 * @throws RangeError when it ends too early, TypeError or Error when it is no such file.
 * @example
 * import { decodeModelProto, exportOnnx, float32 } from '@blind-demod/jit';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const bytes = exportOnnx(tf.exp, float32([1, 2], new Float32Array(2)), { input: 'x', output: 'y' });
 * const { graph } = decodeModelProto(bytes);
 * console.log(graph.input[0].name, graph.output[0].name); // x y
 */
export function decodeModelProto(bytes: Uint8Array): Message {
  const reader = protobuf.Reader.create(bytes);
  return read(reader, 'ModelProto', reader.len);
}

function read(reader: protobuf.Reader, type: string, end: number): Message {
  const message: Record<string, unknown> = {};
  const names = new Map<number, string>();
  for (const [name, { id, repeated }] of Object.entries(MESSAGES[type]!)) {
    names.set(id, name);
    if (repeated) message[name] = [];
  }
  while (reader.pos < end) {
    const tag = reader.uint32();
    const wireType = tag & 7;
    const name = names.get(tag >>> 3);
    if (name === undefined) {
      reader.skipType(wireType);
      continue;
    }
    const { type: fieldType, repeated } = MESSAGES[type]![name]!;
    const ownType = isScalar(fieldType) ? WIRE_TYPE[fieldType] : MESSAGE;
    const isPacked = repeated && wireType === MESSAGE && ownType !== MESSAGE;
    if (wireType !== ownType && !isPacked) throw new TypeError(`expected ${fieldType} as ${type}.${name}`);
    const value = (): unknown => {
      if (!isScalar(fieldType)) return read(reader, fieldType, reader.uint32() + reader.pos);
      const scalar = reader[fieldType]();
      return typeof scalar === 'object' && 'toNumber' in scalar ? (scalar as Long).toNumber() : scalar;
    };
    if (!repeated) message[name] = value();
    else {
      const all = message[name] as unknown[];
      // Numbers may stand one behind the other.
      if (!isPacked) all.push(value());
      else for (const last = reader.uint32() + reader.pos; reader.pos < last; ) all.push(value());
    }
  }
  return message as Message;
}

const isScalar = (type: string): type is Scalar => type in WIRE_TYPE;

/** TensorProto.DataType by the names of this project's types. */
export const ELEMENT_TYPE = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;
/** AttributeProto.AttributeType. */
export const ATTRIBUTE_TYPE = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;
