// Frozen batch normalisation folded into the convolution before it, which then does both.
import { isKnown, type Known, known } from './known.js';
import type { Network } from './network.js';
import type { Node } from './operator.js';
import { batchEpsilon, frozen } from './operators/normalisation.js';

/** The axis of the filters that has the channels of the result. */
const CHANNEL_AXIS: Readonly<Record<string, number>> = { Conv: 0, ConvTranspose: 1 };

/** The network with fewer nodes that makes the same images. */
export function foldNormalisation(network: Network): Network {
  const constants = new Map(network.constants);
  const uses = new Map<string, number>();
  for (const name of [...network.nodes.flatMap(({ inputs }) => inputs), ...network.outputs]) {
    uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  const makers = new Map(network.nodes.map(node => [node.outputs[0]!, node]));
  const replaced = new Map<Node, Node | undefined>();
  for (const node of network.nodes) {
    const before = makers.get(node.inputs[0] ?? '');
    if (node.operator !== 'BatchNormalization' || !before || uses.get(before.outputs[0]!) !== 1) continue;
    const both = folded(before, node, constants);
    if (!both) continue;
    replaced.set(before, undefined);
    replaced.set(node, both.node);
    for (const [name, array] of both.weights) constants.set(name, array);
  }
  const nodes = network.nodes.flatMap(node => (replaced.has(node) ? (replaced.get(node) ?? []) : [node]));
  return { ...network, nodes, constants };
}

/** A convolution that does what these two do, and its weights; undefined where there is none. */
function folded(
  convolution: Node,
  normalisation: Node,
  constants: ReadonlyMap<string, Known>,
): { node: Node; weights: (readonly [string, Known])[] } | undefined {
  const axis = CHANNEL_AXIS[convolution.operator];
  const [, filterName, biasName] = convolution.inputs;
  const filters = constants.get(filterName ?? '');
  const bias = biasName ? constants.get(biasName) : undefined;
  const [scale, shift, mean, variance] = normalisation.inputs.slice(1).map(name => constants.get(name));
  const isPlain = (convolution.attributes.get('group') ?? 1) === 1;
  const isTraining = normalisation.attributes.get('training_mode') === 1;
  if (axis === undefined || !isPlain || isTraining || !filters || (biasName && !bias)) return undefined;
  if (!isKnown(scale) || !isKnown(shift) || !isKnown(mean) || !isKnown(variance)) return undefined;

  const { factor, offset } = frozen({ scale, shift, mean, variance }, batchEpsilon(normalisation.attributes));
  const inner = filters.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const channels = filters.shape[axis]!;
  const scaled = filters.data.map((w, index) => w * factor.data[Math.floor(index / inner) % channels]!);
  const biases = offset.data.map(
    (o, channel) => o + (bias ? bias.data[channel]! * factor.data[channel]! : 0),
  );
  const [weight, added] = ['filters', 'bias'].map(what => `${normalisation.outputs[0]}, ${what}`) as [
    string,
    string,
  ];
  return {
    node: {
      ...convolution,
      inputs: [convolution.inputs[0]!, weight, added],
      outputs: [normalisation.outputs[0]!],
    },
    weights: [
      [weight, known('real', filters.shape, scaled)],
      [added, known('real', [channels], biases)],
    ],
  };
}
