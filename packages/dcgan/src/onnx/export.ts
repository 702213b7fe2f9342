// An ONNX model as this project writes them: one file, `code` [batch, latent] in, `image` out, in the wanted range.
import { ATTRIBUTE_TYPE, decodeModelProto, encodeModelProto, type Message } from '@blind-demod/jit';
import { leadingTo } from './network.js';
import type { Interval } from './range.js';

/** What of a file is the generator. */
export interface Part {
  readonly input: string;
  /** The axes behind the batch: [latent], or with axes of one, as [latent, 1, 1]. */
  readonly codeShape: readonly number[];
  readonly output: string;
  /** How many codes it is for, if not for any number. */
  readonly batch: number | undefined;
  readonly imageShape: readonly number[];
  /** Whether its images have their channels last. */
  readonly isChannelsLast: boolean;
}

// The messages of the file, as far as they are changed here.
interface TensorMessage {
  name: string;
  rawData?: Uint8Array;
  externalData?: { key?: string; value?: string }[];
  dataLocation?: number;
}
interface NodeMessage {
  input: string[];
  output: string[];
  attribute: { g?: GraphMessage }[];
}
interface InputMessage {
  name: string;
  type?: { tensorType?: { elemType?: number } };
}
interface GraphMessage {
  node: NodeMessage[];
  initializer: TensorMessage[];
  input: InputMessage[];
  output: InputMessage[];
}
interface ModelMessage {
  graph: GraphMessage;
}

const FLOAT32 = 1;
const INT64 = 7;

/**
 * The part of the model in `bytes` that makes the images, with the weights of the files beside it inside.
 * @param range what its images are brought from and into.
 */
export function exportPart(
  bytes: Uint8Array,
  files: ReadonlyMap<string, Uint8Array>,
  part: Part,
  [from, into]: readonly [Interval, Interval],
): Uint8Array {
  const model = decodeModelProto(bytes) as unknown as ModelMessage;
  const { graph } = model;
  const typeOf = (values: readonly InputMessage[], name: string) =>
    values.find(value => value.name === name)?.type?.tensorType?.elemType ?? FLOAT32;
  const [codeType, imageType] = [typeOf(graph.input, part.input), typeOf(graph.output, part.output)];
  const wired = graph.node.map(node => ({ ...node, inputs: namesIn(node), outputs: node.output }));
  const { nodes, needed } = leadingTo(wired, [part.output]);

  const before = chain('code', renamed(part.input), [
    ...(codeType === FLOAT32 ? [] : [{ opType: 'Cast', attribute: [whole('to', codeType)] }]),
    ...(part.codeShape.length === 1 ? [] : [{ opType: 'Reshape', more: ['shape of the code'] }]),
  ]);
  const factor = (into[1] - into[0]) / (from[1] - from[0]);
  const isSame = from[0] === into[0] && from[1] === into[1];
  const after = chain(renamed(part.output), 'image', [
    ...(part.isChannelsLast ? [{ opType: 'Transpose', attribute: [wholes('perm', [0, 3, 1, 2])] }] : []),
    ...(imageType === FLOAT32 ? [] : [{ opType: 'Cast', attribute: [whole('to', FLOAT32)] }]),
    ...(isSame
      ? []
      : [
          { opType: 'Mul', more: ['factor'] },
          { opType: 'Add', more: ['offset'] },
        ]),
  ]);
  const weights = graph.initializer.filter(({ name }) => needed.has(name));
  const batch = part.batch === undefined ? { dimParam: 'batch' } : { dimValue: part.batch };
  const declared = (name: string, shape: readonly number[]) => ({
    name,
    type: {
      tensorType: {
        elemType: FLOAT32,
        shape: { dim: [batch, ...shape.map(length => ({ dimValue: length }))] },
      },
    },
  });
  const changed = {
    ...model,
    producerName: 'blind-demod',
    graph: {
      name: 'generator',
      node: [...before, ...nodes.map(node => apart(node, files)), ...after],
      initializer: [
        ...weights.map(weight => inside(weight, files)),
        raw(
          'shape of the code',
          INT64,
          [1 + part.codeShape.length],
          BigInt64Array.from([-1, ...part.codeShape].map(BigInt)),
        ),
        raw('factor', FLOAT32, [], Float32Array.of(factor)),
        raw('offset', FLOAT32, [], Float32Array.of(into[0] - factor * from[0])),
      ],
      input: [declared('code', [Math.max(...part.codeShape)])],
      output: [declared('image', part.imageShape)],
    },
  };
  return encodeModelProto(changed as unknown as Message);
}

/** What a node takes, the graphs within it, too. */
const namesIn = ({ input, attribute }: NodeMessage): string[] => [
  ...input,
  ...attribute.flatMap(({ g }) =>
    g ? [...g.node.flatMap(namesIn), ...g.output.map(({ name }) => name)] : [],
  ),
];

/** The model's own names apart from those of this project. */
const renamed = (name: string): string => (name === '' ? '' : `model/${name}`);

const apart = (node: NodeMessage, files: ReadonlyMap<string, Uint8Array>): NodeMessage => ({
  ...node,
  input: node.input.map(renamed),
  output: node.output.map(renamed),
  attribute: node.attribute.map(({ g, ...attribute }) => ({
    ...attribute,
    ...(g && {
      g: {
        ...g,
        node: g.node.map(inner => apart(inner, files)),
        initializer: g.initializer.map(weight => inside(weight, files)),
        output: g.output.map(output => ({ ...output, name: renamed(output.name) })),
      },
    }),
  })),
});

const whole = (name: string, i: number) => ({ name, type: ATTRIBUTE_TYPE.int, i });
const wholes = (name: string, ints: number[]) => ({ name, type: ATTRIBUTE_TYPE.ints, ints });

/** Nodes one after the other from one value to another; at least one, which may do nothing. */
function chain(
  from: string,
  to: string,
  steps: readonly { opType: string; attribute?: object[]; more?: string[] }[],
): object[] {
  const all = steps.length > 0 ? steps : [{ opType: 'Identity' }];
  return all.map(({ more = [], ...step }, index) => ({
    ...step,
    input: [index === 0 ? from : `${to} ${index}`, ...more],
    output: [index === all.length - 1 ? to : `${to} ${index + 1}`],
  }));
}

/** A weight with its bytes in the model itself, and its name apart from those of this project. */
function inside(weight: TensorMessage, files: ReadonlyMap<string, Uint8Array>): TensorMessage {
  const name = renamed(weight.name);
  const entries = new Map(weight.externalData?.map(({ key, value }) => [key, value]));
  const file = files.get(entries.get('location') ?? '');
  if (!file) return { ...weight, name };
  const offset = Number(entries.get('offset') ?? 0);
  const end = offset + Number(entries.get('length') ?? file.length - offset);
  const { externalData: _, dataLocation: __, ...rest } = weight;
  return { ...rest, name, rawData: file.subarray(offset, end) };
}

const raw = (name: string, dataType: number, dims: number[], array: ArrayBufferView) => ({
  name,
  dataType,
  dims,
  rawData: new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
});
