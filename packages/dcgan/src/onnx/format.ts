// An ONNX file as plain objects: nodes, weights, what goes in and what comes out.
import { elementCount, fromHalves, UserError } from '@blind-demod/arrays';
import { ATTRIBUTE_TYPE, decodeModelProto } from '@blind-demod/jit';
import { type Known, known } from './known.js';
import { type Attribute, type Branch, isBranch, type Node } from './operator.js';

/** A length, the name of one that is free, or undefined where the file says neither. */
export type Dimension = number | string | undefined;

/** An input or output as the file declares it; without a shape, it says nothing of it. */
export interface Declared {
  readonly name: string;
  readonly shape?: readonly Dimension[];
}

/** A node of the file, with attributes that it has from the function around it. */
export interface FileNode extends Node {
  /** Which of several functions of one name it calls. */
  readonly overload: string;
  /** Attributes to take from the call of the function that the node stands in: name here → name there. */
  readonly references: ReadonlyMap<string, string>;
}

/** A function of the file's own, that nodes call by its domain and name. */
export interface FileFunction {
  readonly domain: string;
  readonly name: string;
  /** Tells functions of one name apart. */
  readonly overload: string;
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
  g?: GraphMessage;
  floats: number[];
  ints: number[];
  strings: Uint8Array[];
  refAttrName?: string;
}
interface NodeMessage {
  name?: string;
  opType?: string;
  domain?: string;
  overload?: string;
  input: string[];
  output: string[];
  attribute: AttributeMessage[];
}
interface DeclaredMessage {
  name?: string;
  type?: { tensorType?: { shape?: { dim: { dimValue?: number; dimParam?: string }[] } } };
}
interface GraphMessage {
  node: NodeMessage[];
  initializer: TensorMessage[];
  input: DeclaredMessage[];
  output: DeclaredMessage[];
}
type OpsetMessage = { domain?: string; version?: number };
interface ModelMessage {
  graph?: GraphMessage;
  opsetImport: OpsetMessage[];
  functions: {
    name?: string;
    domain?: string;
    overload?: string;
    opsetImport: OpsetMessage[];
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
  const opset = opsetOf(opsetImport);
  if (opset === undefined) throw new UserError(`${where}: it does not say which ONNX operator set it uses`);
  const from = { where, beside, opset };
  return {
    opset,
    nodes: graph.node.map(node => nodeOf(node, from)),
    functions: functions.map(({ name = '', overload = '', domain, input, output, node, ...function_ }) => {
      const within = { ...from, opset: opsetOf(function_.opsetImport) ?? opset };
      return {
        domain: domainOf(domain),
        name,
        overload,
        inputs: input,
        outputs: output,
        nodes: node.map(inner => nodeOf(inner, within)),
        defaults: attributesOf(function_.attributeProto, where, within),
      };
    }),
    inputs: graph.input.map(declaredOf),
    outputs: graph.output.map(declaredOf),
    weights: weightsOf(graph, from),
  };
}

/** What is needed to read parts of a file. */
interface Source {
  readonly where: string;
  readonly beside: ReadBeside;
  readonly opset: number;
}

/** The version of ONNX' own operator set. */
function opsetOf(imports: readonly OpsetMessage[]): number | undefined {
  const versions = imports.filter(({ domain }) => domainOf(domain) === '').map(({ version = 1 }) => version);
  return versions.length === 0 ? undefined : Math.max(...versions);
}

const weightsOf = ({ initializer }: GraphMessage, { where, beside }: Source): OnnxFile['weights'] =>
  new Map(
    initializer.map(tensor => [
      tensor.name ?? '',
      () => weightOf(tensor, `${where}: weight "${tensor.name}"`, beside),
    ]),
  );

function nodeOf(
  { name = '', opType = '', domain, overload = '', input, output, attribute }: NodeMessage,
  from: Source,
): FileNode {
  const attributes = attributesOf(attribute, `${from.where}: node "${name || output[0]}"`, from);
  const references = attribute.flatMap(({ name: here = '', refAttrName }) =>
    refAttrName ? [[here, refAttrName] as const] : [],
  );
  return {
    name,
    operator: opType,
    domain: domainOf(domain),
    overload,
    opset: from.opset,
    inputs: [...input, ...[...attributes.values()].filter(isBranch).flatMap(takenBy)],
    outputs: output,
    attributes,
    references: new Map(references),
  };
}

/** What a branch takes from around it. */
function takenBy({ nodes, outputs, weights }: Branch): string[] {
  const own = new Set(['', ...weights.keys(), ...nodes.flatMap(node => node.outputs)]);
  return [...nodes.flatMap(node => node.inputs), ...outputs].filter(name => !own.has(name));
}

/** The type of an attribute, which the oldest files do not say. */
function typeOf({ type, f, i, s, t, g, floats, ints, strings }: AttributeMessage): number | undefined {
  if (type) return type;
  const types = ATTRIBUTE_TYPE;
  const there = [
    [t, types.tensor],
    [g, types.graph],
    [s, types.string],
    [f, types.float],
    [i, types.int],
    [floats.length > 0 || undefined, types.floats],
    [ints.length > 0 || undefined, types.ints],
    [strings.length > 0 || undefined, types.strings],
  ] as const;
  return there.find(([value]) => value !== undefined)?.[1];
}

/** Those that operators here may have. */
function attributesOf(
  attributes: readonly AttributeMessage[],
  where: string,
  from: Source,
): Map<string, Attribute> {
  const found = new Map<string, Attribute>();
  for (const attribute of attributes) {
    const { name = '', f = 0, i = 0, s = NOTHING, t, g, floats, ints, strings } = attribute;
    const type = typeOf(attribute);
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
    } else if (type === ATTRIBUTE_TYPE.graph && g) {
      const nodes = g.node.map(node => nodeOf(node, from));
      found.set(name, {
        nodes,
        outputs: g.output.map(output => output.name ?? ''),
        weights: weightsOf(g, from),
      });
    }
  }
  return found;
}

const declaredOf = ({ name = '', type }: DeclaredMessage): Declared => {
  const shape = type?.tensorType?.shape?.dim.map(
    // Some exporters write -1 for a length that is free.
    ({ dimValue = 0, dimParam }) => dimParam || (dimValue > 0 ? dimValue : undefined),
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

/** What a message calls the types that are not supported. */
const OTHER_TYPES: Readonly<Record<number, string>> = {
  8: 'text',
  14: 'complex64',
  15: 'complex128',
  17: 'float8e4m3fn',
  18: 'float8e4m3fnuz',
  19: 'float8e5m2',
  20: 'float8e5m2fnuz',
  21: 'uint4',
  22: 'int4',
  23: 'float4e2m1',
};

function arrayOf(tensor: TensorMessage, raw: Uint8Array, where: string): Known {
  const layout = LAYOUTS[tensor.dataType ?? 0];
  if (!layout) {
    const type = OTHER_TYPES[tensor.dataType ?? 0] ?? tensor.dataType;
    throw new UserError(`${where} is of a type that is not supported (${type})`);
  }
  const shape = tensor.dims;
  if (!shape.every(length => Number.isSafeInteger(length) && length >= 0))
    throw new UserError(`${where} has no shape, but [${shape}]`);
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
  // A single NaN may be the side of a choice that is never taken.
  if (array.data.length > 1 && array.data.some(Number.isNaN))
    throw new UserError(`${where} is damaged: it holds NaN, which is not a number`);
  return array;
}
