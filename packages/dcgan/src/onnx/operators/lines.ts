// Operators on images for lines [batch, channels, width], too: lines are images one pixel high.
import { Call, type Operator } from '../operator.js';
import { Refusal, reshape, shapeOf, type Value } from '../value.js';

/** Lines as images one pixel high; their filters likewise. */
function asImage(lines: Value): Value {
  const [first, second, width] = shapeOf(lines) as [number, number, number];
  return reshape(lines, [first, second, 1, width]);
}

/** The operator on images for lines, too. Its first two inputs may be lines. */
export const forLines =
  (operator: Operator): Operator =>
  call => {
    if (call.shape(0).length !== 3) return operator(call);
    const lengthened = (name: string, neutral: number) => {
      const list = call.list(name);
      return list === undefined ? [] : [[name, [neutral, ...list]] as const];
    };
    const pads = call.list('pads') ?? [0, 0];
    if (pads.length !== 2) throw new Refusal(`it pads lines by [${pads}]; expected two numbers`);
    const [before, after] = pads;
    const attributes = new Map([
      ...call.node.attributes,
      ...lengthened('kernel_shape', 1),
      ...lengthened('strides', 1),
      ...lengthened('dilations', 1),
      ...lengthened('output_padding', 0),
      ...lengthened('output_shape', 1),
      ['pads', [0, before!, 0, after!]] as const,
    ]);
    const inputs = call.inputs.map((value, index) =>
      index < 2 && value && shapeOf(value).length === 3 ? asImage(value) : value,
    );
    const image = operator(new Call({ ...call.node, attributes }, inputs, call.asked)) as Value;
    const [batch, channels, , width] = shapeOf(image);
    return reshape(image, [batch!, channels!, width!]);
  };
