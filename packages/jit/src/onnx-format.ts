// The ONNX file format: the messages of onnx.proto that are written here, with protobufjs' writer. Its encoders for whole
// messages are compiled from text while the program runs, which a page's content security policy may forbid.
import protobuf from 'protobufjs/minimal.js';

/** How a number, a text or bytes follow the number of their field. */
const WIRE_TYPE = { int32: 0, int64: 0, string: 2, bytes: 2, float: 5 } as const;
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
  TensorProto: {
    dims: list(1, 'int64'),
    dataType: field(2, 'int32'),
    name: field(8, 'string'),
    rawData: field(9, 'bytes'),
  },
  AttributeProto: {
    name: field(1, 'string'),
    f: field(2, 'float'),
    i: field(3, 'int64'),
    s: field(4, 'bytes'),
    ints: list(8, 'int64'),
    type: field(20, 'int32'),
  },
  NodeProto: {
    input: list(1, 'string'),
    output: list(2, 'string'),
    name: field(3, 'string'),
    opType: field(4, 'string'),
    attribute: list(5, 'AttributeProto'),
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
  },
};

/** A message's fields by their names in onnx.proto, in camel case; what is not there is not written. */
export interface Message {
  readonly [field: string]: string | number | Uint8Array | Message | readonly (string | number | Message)[];
}

/** The bytes of an ONNX file. */
export const encodeModelProto = (model: Message): Uint8Array =>
  write(protobuf.Writer.create(), 'ModelProto', model).finish();

function write(writer: protobuf.Writer, type: string, message: Message): protobuf.Writer {
  for (const [name, { id, type: fieldType, repeated }] of Object.entries(MESSAGES[type]!)) {
    const values = repeated ? ((message[name] ?? []) as Message[]) : name in message ? [message[name]] : [];
    for (const value of values) {
      if (isScalar(fieldType)) writer.uint32((id << 3) | WIRE_TYPE[fieldType])[fieldType](value as never);
      else write(writer.uint32((id << 3) | MESSAGE).fork(), fieldType, value as Message).ldelim();
    }
  }
  return writer;
}

const isScalar = (type: string): type is Scalar => type in WIRE_TYPE;

/** TensorProto.DataType by the names of this project's types. */
export const ELEMENT_TYPE = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;
/** AttributeProto.AttributeType. */
export const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;
