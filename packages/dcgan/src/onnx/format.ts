// An ONNX file as plain objects: nodes, weights, what goes in and what comes out.
import { elementCount, fromHalves, UserError } from '@blind-demod/arrays';
import { ATTRIBUTE_TYPE, decodeModelProto } from '@blind-demod/jit';
import { type Known, known } from './known.js';
import type { Attribute, Node } from './operator.js';

/** A length, the name of one that is free, or undefined where the file says neither. */
export type Dimension = number | string | undefined;

/** An input or output as the file declares it; without a shape, it says nothing of it. */
export interface Declared {
  readonly name: string;
  readonly shape?: readonly Dimension[];
}

/** A node of the file: its domain, and attributes that it has from the function around it. */
export interface FileNode extends Node {
  readonly domain: string;
  /** Attributes to take from the call of the function that the node stands in: name here → name there. */
  readonly references: ReadonlyMap<string, string>;
}

/** A function of the file's own, that nodes call by its domain and name. */
export interface FileFunction {
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly FileNode[];
  /** What attributes are where a call does not say. */
  readonly defaults: ReadonlyMap<string, Attribute>;
}

export interface OnnxFile {
  /** Version of ONNX' operator set. */
  readonly opset: number;
  readonly nodes: readonly FileNode[];
  readonly functions: readonly FileFunction[];
  readonly inputs: readonly Declared[];
  readonly outputs: readonly Declared[];
  /** Weights by name; a file beside the model may hold them. */
  readonly weights: ReadonlyMap<string, () => Promise<Known>>;
}

/** Reads a file that lies beside the model, by its path from there. */
export type ReadBeside = (path: string) => Promise<Uint8Array>;

// The messages of the file: what is not there is undefined, a list that is not there is empty.
interface TensorMessage {
  name?: string;
  dims: number[];
  dataType?: number;
  rawData?: Uint8Array;
  floatData: number[];
  int32Data: number[];
  int64Data: number[];
  doubleData: number[];
  uint64Data: number[];
  externalData: { key?: string; value?: string }[];
  dataLocation?: number;
}
interface AttributeMessage {
  name?: string;
  type?: number;
  f?: number;
  i?: number;
  s?: Uint8Array;
  t?: TensorMessage;
  floats: number[];
  ints: number[];
  strings: Uint8Array[];
  refAttrName?: string;
}
interface NodeMessage {
  name?: string;
  opType?: string;
  domain?: string;
  input: string[];
  output: string[];
  attribute: AttributeMessage[];
}
interface DeclaredMessage {
  name?: string;
  type?: { tensorType?: { shape?: { dim: { dimValue?: number; dimParam?: string }[] } } };
}
interface ModelMessage {
  graph?: {
    node: NodeMessage[];
    initializer: TensorMessage[];
    input: DeclaredMessage[];
    output: DeclaredMessage[];
  };
  opsetImport: { domain?: string; version?: number }[];
  functions: {
    name?: string;
    domain?: string;
    input: string[];
    output: string[];
    node: NodeMessage[];
    attributeProto: AttributeMessage[];
  }[];
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const NOTHING = new Uint8Array();
/** ONNX' own domain has two names. */
const domainOf = (domain = ''): string => (domain === 'ai.onnx' ? '' : domain);

/**
 * Reads an ONNX file.
 * @param where what to call it in messages.
 * @throws UserError when it is damaged, or no ONNX model; when weights are read, when they are missing or damaged.
 */
export function decodeOnnx(bytes: Uint8Array, where: string, beside: ReadBeside): OnnxFile {
  let model: ModelMessage;
  try {
    model = decodeModelProto(bytes) as unknown as ModelMessage;
  } catch {
    throw new UserError(`${where}: it is cut short, or no ONNX model`);
  }
  const { graph, opsetImport, functions } = model;
  if (!graph || graph.output.length === 0) throw new UserError(`${where}: it is no ONNX model`);
  const versions = opsetImport
    .filter(({ domain }) => domainOf(domain) === '')
    .map(({ version = 1 }) => version);
  if (versions.length === 0) throw new UserError(`${where}: it does not say which ONNX operator set it uses`);
  const inline = (of: NodeMessage[]) => of.map(node => nodeOf(node, where));
  return {
    opset: Math.max(...versions),
    nodes: inline(graph.node),
    functions: functions.map(({ name = '', domain, input, output, node, attributeProto }) => ({
      domain: domainOf(domain),
      name,
      inputs: input,
      outputs: output,
      nodes: inline(node),
      defaults: attributesOf(attributeProto, where),
    })),
    inputs: graph.input.map(declaredOf),
    outputs: graph.output.map(declaredOf),
    weights: new Map(
      graph.initializer.map(tensor => [
        tensor.name ?? '',
        () => weightOf(tensor, `${where}: weight "${tensor.name}"`, beside),
      ]),
    ),
  };
}

function nodeOf(
  { name = '', opType = '', domain, input, output, attribute }: NodeMessage,
  where: string,
): FileNode {
  const references = attribute.flatMap(({ name: here = '', refAttrName }) =>
    refAttrName ? [[here, refAttrName] as const] : [],
  );
  return {
    name,
    operator: opType,
    domain: domainOf(domain),
    inputs: input,
    outputs: output,
    attributes: attributesOf(attribute, `${where}: node "${name || output[0]}"`),
    references: new Map(references),
  };
}

/** Those that operators here may have: no graphs. */
function attributesOf(attributes: readonly AttributeMessage[], where: string): Map<string, Attribute> {
  const found = new Map<string, Attribute>();
  for (const { name = '', type, f = 0, i = 0, s = NOTHING, t, floats, ints, strings } of attributes) {
    if (type === ATTRIBUTE_TYPE.float) found.set(name, f);
    else if (type === ATTRIBUTE_TYPE.int) found.set(name, i);
    else if (type === ATTRIBUTE_TYPE.string) found.set(name, text(s));
    else if (type === ATTRIBUTE_TYPE.floats) found.set(name, floats);
    else if (type === ATTRIBUTE_TYPE.ints) found.set(name, ints);
    else if (type === ATTRIBUTE_TYPE.strings) found.set(name, strings.map(text));
    else if (type === ATTRIBUTE_TYPE.tensor && t) {
      if (t.dataLocation === EXTERNAL)
        throw new UserError(`${where}: the constant of a node lies in another file`);
      found.set(name, arrayOf(t, t.rawData ?? NOTHING, `${where}: its attribute "${name}"`));
    }
  }
  return found;
}

const declaredOf = ({ name = '', type }: DeclaredMessage): Declared => {
  const shape = type?.tensorType?.shape?.dim.map(
    ({ dimValue, dimParam }) => dimParam || dimValue || undefined,
  );
  return { name, ...(shape && { shape }) };
};

/** TensorProto.DataLocation. */
const EXTERNAL = 1;

async function weightOf(tensor: TensorMessage, where: string, beside: ReadBeside): Promise<Known> {
  if (tensor.dataLocation !== EXTERNAL) return arrayOf(tensor, tensor.rawData ?? NOTHING, where);
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location') ?? '';
  if (location === '' || /^([/\\]|[a-z]:)/i.test(location) || location.split(/[/\\]/).includes('..')) {
    throw new UserError(`${where} lies in "${location}"; expected a file beside the model`);
  }
  const file = await beside(location);
  const offset = Number(entries.get('offset') ?? 0);
  const end = offset + Number(entries.get('length') ?? file.length - offset);
  if (!(end <= file.length))
    throw new UserError(`${where} lies beyond the end of ${location}, which is cut short`);
  return arrayOf(tensor, file.subarray(offset, end), where);
}

/** How numbers lie in raw bytes, little-endian, by TensorProto.DataType, and in which field where not as bytes. */
interface Layout {
  readonly type: Known['type'];
  readonly bytes: number;
  read(bytes: Uint8Array): ArrayLike<number>;
  listed(tensor: TensorMessage): ArrayLike<number>;
}

/** A view of bytes that may begin anywhere. */
const view =
  <T>(make: new (buffer: ArrayBuffer) => T) =>
  (bytes: Uint8Array): T =>
    new make(Uint8Array.from(bytes).buffer);
/** The upper half of a float32. */
const fromBfloat16 = (halves: Uint16Array): Float32Array =>
  new Float32Array(Uint32Array.from(halves, half => half << 16).buffer);
const bigs = (numbers: BigInt64Array | BigUint64Array): number[] => Array.from(numbers, Number);

const LAYOUTS: Readonly<Record<number, Layout>> = {
  1: { type: 'real', bytes: 4, read: view(Float32Array), listed: tensor => tensor.floatData },
  2: { type: 'whole', bytes: 1, read: bytes => bytes, listed: tensor => tensor.int32Data },
  3: { type: 'whole', bytes: 1, read: view(Int8Array), listed: tensor => tensor.int32Data },
  4: { type: 'whole', bytes: 2, read: view(Uint16Array), listed: tensor => tensor.int32Data },
  5: { type: 'whole', bytes: 2, read: view(Int16Array), listed: tensor => tensor.int32Data },
  6: { type: 'whole', bytes: 4, read: view(Int32Array), listed: tensor => tensor.int32Data },
  7: {
    type: 'whole',
    bytes: 8,
    read: bytes => bigs(view(BigInt64Array)(bytes)),
    listed: tensor => tensor.int64Data,
  },
  9: { type: 'truth', bytes: 1, read: bytes => bytes, listed: tensor => tensor.int32Data },
  10: {
    type: 'real',
    bytes: 2,
    read: bytes => fromHalves(view(Uint16Array)(bytes)),
    listed: tensor => fromHalves(Uint16Array.from(tensor.int32Data)),
  },
  11: { type: 'real', bytes: 8, read: view(Float64Array), listed: tensor => tensor.doubleData },
  12: { type: 'whole', bytes: 4, read: view(Uint32Array), listed: tensor => tensor.uint64Data },
  13: {
    type: 'whole',
    bytes: 8,
    read: bytes => bigs(view(BigUint64Array)(bytes)),
    listed: tensor => tensor.uint64Data,
  },
  16: {
    type: 'real',
    bytes: 2,
    read: bytes => fromBfloat16(view(Uint16Array)(bytes)),
    listed: tensor => fromBfloat16(Uint16Array.from(tensor.int32Data)),
  },
};

function arrayOf(tensor: TensorMessage, raw: Uint8Array, where: string): Known {
  const layout = LAYOUTS[tensor.dataType ?? 0];
  if (!layout) throw new UserError(`${where} is of a type that is not supported (${tensor.dataType})`);
  const shape = tensor.dims;
  const count = elementCount(shape);
  const isRaw = raw.length > 0 || layout.listed(tensor).length === 0;
  if (isRaw && raw.length !== count * layout.bytes) {
    throw new UserError(`${where} has ${raw.length} bytes; expected ${count * layout.bytes} for [${shape}]`);
  }
  const numbers = isRaw ? layout.read(raw) : layout.listed(tensor);
  if (numbers.length !== count) {
    throw new UserError(`${where} has ${numbers.length} numbers; expected ${count} for [${shape}]`);
  }
  const array = known(layout.type, shape, numbers);
  if (array.data.some(Number.isNaN))
    throw new UserError(`${where} is damaged: it holds NaN, which is not a number`);
  return array;
}
