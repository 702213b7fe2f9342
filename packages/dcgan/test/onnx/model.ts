// Small ONNX models, written for tests.
import { elementCount, float32, type NdArray, randomStream, toHalves } from '@blind-demod/arrays';
import { ATTRIBUTE_TYPE, encodeModelProto, type Message } from '@blind-demod/jit';
import { readOnnxGenerator } from '../../src/onnx/generator.js';

/** A whole number is an attribute of whole numbers; { float } one of real numbers. */
export type TestAttribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly array: Tensor }
  | { readonly graph: Pick<TestModel, 'nodes' | 'weights'> & { readonly output: string } };

export interface TestNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, TestAttribute>>;
  readonly domain?: string;
}

export type Tensor = { readonly shape: readonly number[] } & (
  | {
      readonly real: ArrayLike<number>;
      readonly half?: boolean;
      readonly external?: { file: string; offset: number };
    }
  | { readonly whole: readonly number[] }
  | { readonly truth: readonly number[] }
);

/** `node('Conv', 'x, w, b', 'y', { group: 2 })` */
export const node = (
  operator: string,
  inputs: string,
  outputs: string,
  attributes: Readonly<Record<string, TestAttribute>> = {},
): TestNode => ({
  operator,
  inputs: inputs === '' ? [] : inputs.split(',').map(name => name.trim()),
  outputs: outputs.split(',').map(name => name.trim()),
  attributes,
});

/** Normal numbers of this deviation, the same for the same name. */
export const normals = (name: string, shape: readonly number[], deviation = 1): Tensor => ({
  shape,
  real: randomStream(3, name)
    .normals(elementCount(shape))
    .map(value => deviation * value),
});
export const wholes = (...whole: number[]): Tensor => ({ shape: [whole.length], whole });
export const reals = (...real: number[]): Tensor => ({ shape: [real.length], real });
export const scalar = (real: number): Tensor => ({ shape: [], real: [real] });

function tensorMessage(name: string, tensor: Tensor) {
  const dims = [...tensor.shape];
  const raw = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  if ('whole' in tensor)
    return { name, dims, dataType: 7, rawData: raw(BigInt64Array.from(tensor.whole.map(BigInt))) };
  if ('truth' in tensor) return { name, dims, dataType: 9, rawData: Uint8Array.from(tensor.truth) };
  const data = Float32Array.from(tensor.real);
  if (tensor.half) return { name, dims, dataType: 10, rawData: raw(toHalves(data)) };
  if (!tensor.external) return { name, dims, dataType: 1, rawData: raw(data) };
  const { file, offset } = tensor.external;
  const entries = { location: file, offset: `${offset}`, length: `${data.byteLength}` };
  const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
  return { name, dims, dataType: 1, dataLocation: 1, externalData };
}

function attributeMessage([name, value]: [string, TestAttribute]): Message {
  if (typeof value === 'number') return { name, type: ATTRIBUTE_TYPE.int, i: value };
  if (typeof value === 'string')
    return { name, type: ATTRIBUTE_TYPE.string, s: new TextEncoder().encode(value) };
  if ('float' in value) return { name, type: ATTRIBUTE_TYPE.float, f: value.float };
  if ('graph' in value) {
    const { nodes, weights = {}, output } = value.graph;
    const initializer = Object.entries(weights).map(([at, tensor]) => tensorMessage(at, tensor));
    return {
      name,
      type: ATTRIBUTE_TYPE.graph,
      g: { name, node: nodes.map(nodeMessage), initializer, output: [{ name: output }] },
    };
  }
  if ('array' in value) return { name, type: ATTRIBUTE_TYPE.tensor, t: tensorMessage('', value.array) };
  // By name, as the files do not tell whole numbers from real ones.
  return name.endsWith('scales')
    ? { name, type: ATTRIBUTE_TYPE.floats, floats: [...value] }
    : { name, type: ATTRIBUTE_TYPE.ints, ints: [...value] };
}

const nodeMessage = ({ operator, inputs, outputs, attributes = {}, domain = '' }: TestNode): Message => ({
  opType: operator,
  domain,
  name: `${operator} of ${outputs[0]}`,
  input: inputs,
  output: outputs,
  attribute: Object.entries(attributes).map(attributeMessage),
});

type Dimension = number | string;
const declared = ([name, shape]: [string, readonly Dimension[]]) => ({
  name,
  type: {
    tensorType: {
      elemType: 1,
      shape: {
        dim: shape.map(length => (typeof length === 'string' ? { dimParam: length } : { dimValue: length })),
      },
    },
  },
});

export interface TestModel {
  readonly nodes: readonly TestNode[];
  readonly weights?: Readonly<Record<string, Tensor>>;
  readonly inputs?: Readonly<Record<string, readonly Dimension[]>>;
  readonly outputs?: Readonly<Record<string, readonly Dimension[]>>;
  readonly opset?: number;
  readonly functions?: readonly Message[];
}

/** The bytes of a model; its input is `code` [batch, 5] and its output `image`, unless it says otherwise. */
export function encode({
  nodes,
  weights = {},
  inputs = { code: ['batch', 5] },
  outputs = { image: ['batch', 'channels', 'height', 'width'] },
  opset = 18,
  functions = [],
}: TestModel): Uint8Array {
  return encodeModelProto({
    irVersion: 8,
    opsetImport: [
      { domain: '', version: opset },
      { domain: 'own', version: 1 },
    ],
    functions,
    graph: {
      name: 'test',
      node: nodes.map(nodeMessage),
      initializer: Object.entries(weights).map(([name, tensor]) => tensorMessage(name, tensor)),
      input: Object.entries(inputs).map(declared),
      output: Object.entries(outputs).map(declared),
    },
  });
}

export const read = (bytes: Uint8Array, files: Readonly<Record<string, Uint8Array>> = {}) =>
  readOnnxGenerator(bytes, {
    where: 'model.onnx',
    device: 'cpu',
    beside: async path => {
      const file = files[path];
      if (!file) throw new Error(`no ${path}`);
      return file;
    },
  });

export const codesOf = (count: number, latent: number) =>
  float32([count, latent], randomStream(5, 'codes of tests').normals(count * latent));

export const largest = ({ data }: NdArray): number =>
  (data as Float32Array).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
