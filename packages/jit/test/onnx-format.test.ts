// ONNX files as messages, written and read.
import fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import { describe, expect, test } from 'vitest';
import { decodeModelProto, encodeModelProto, type Message } from '../src/onnx-format.js';

/** Lists are there even where they are empty. */
const tensor = (fields: Message): Message => ({
  dims: [],
  floatData: [],
  int32Data: [],
  int64Data: [],
  doubleData: [],
  uint64Data: [],
  externalData: [],
  ...fields,
});
const model = (initializer: readonly Message[]): Message => ({
  opsetImport: [{ domain: '', version: 18 }],
  functions: [],
  graph: { name: 'g', node: [], input: [], output: [], initializer },
});

const whole = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
const message = fc
  .record({
    name: fc.string(),
    dims: fc.array(whole),
    int64Data: fc.array(whole),
    int32Data: fc.array(fc.integer()),
    floatData: fc.array(fc.float()),
    doubleData: fc.array(fc.double()),
    uint64Data: fc.array(fc.nat()),
    rawData: fc.uint8Array(),
    externalData: fc.array(fc.record({ key: fc.string(), value: fc.string() })),
  })
  .map(fields => tensor(fields as unknown as Message));

describe('a model', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(message), tensors => {
        const { graph, ...rest } = decodeModelProto(encodeModelProto(model(tensors))) as { graph: Message };
        const initializer = (graph.initializer as Message[]).map(({ rawData, ...fields }) => ({
          ...fields,
          rawData: Uint8Array.from(rawData as Uint8Array),
        }));
        expect({ ...rest, graph: { ...graph, initializer } }).toEqual(model(tensors));
      }),
      { seed: 3 },
    );
  });

  test('that ends too early is an error, wherever it ends', () => {
    const whole = encodeModelProto(
      model([tensor({ name: 'w', dims: [2, -1], rawData: Uint8Array.of(1, 2, 3) })]),
    );
    const graph = decodeModelProto(whole).graph;
    for (let length = 0; length < whole.length; length++) {
      const outcome = (() => {
        try {
          return decodeModelProto(whole.subarray(0, length)).graph;
        } catch {
          return undefined;
        }
      })();
      // Between two fields of the outermost message nothing tells.
      if (outcome !== undefined) expect(outcome).toEqual(graph);
    }
  });

  test('may have its numbers one behind the other, and fields that are not known here', () => {
    const writer = protobuf.Writer.create();
    const graph = writer.uint32((7 << 3) | 2).fork();
    const weight = graph.uint32((5 << 3) | 2).fork();
    weight
      .uint32((1 << 3) | 2)
      .fork()
      .int64(3)
      .int64(-2)
      .ldelim();
    weight
      .uint32((4 << 3) | 2)
      .fork()
      .float(0.5)
      .float(-4)
      .ldelim();
    weight.uint32((12 << 3) | 2).string('a comment');
    weight.ldelim();
    graph.ldelim();
    writer.uint32((5 << 3) | 0).int64(7);
    const { graph: read } = decodeModelProto(writer.finish()) as { graph: { initializer: Message[] } };
    expect(read.initializer).toEqual([tensor({ dims: [3, -2], floatData: [0.5, -4] })]);
  });

  test('of fields of another kind is an error', () => {
    expect(() =>
      decodeModelProto(
        protobuf.Writer.create()
          .uint32((7 << 3) | 0)
          .int64(1)
          .finish(),
      ),
    ).toThrow('GraphProto');
  });
});
