// Where a model chooses between two graphs by what is known of shapes, the graph that it takes replaces the choice.
import { UserError } from '@blind-demod/arrays';
import { type Device, shapesOf } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import { withoutConstantNodes } from './constants.js';
import { evaluate, someCodes } from './evaluate.js';
import { isKnown } from './known.js';
import { checkSupported, type Network, narrowed, nodeName, renamed } from './network.js';
import { isBranch, type Node, PLAIN } from './operator.js';

/** @throws UserError when the graph that is taken is missing or not supported */
export async function withoutChoices(
  network: Network,
  { count, lift, device }: { count: number; lift: number; device: Device },
): Promise<Network> {
  const choice = network.nodes.find(({ operator }) => operator === 'If');
  if (!choice) return network;
  const [name] = choice.inputs as [string];
  let taken: boolean | undefined;
  const before = narrowed(network, [name]);
  shapesOf(
    (codes: Tensor) => {
      const condition = evaluate(before, codes, lift).get(name);
      if (condition && isKnown(condition)) taken = condition.data[0] !== 0;
      return codes;
    },
    someCodes(network, count),
  );
  // The operator `If` says that the choice cannot be made.
  if (taken === undefined) return network;
  const inlined = await withBranch(network, choice, taken ? 'then_branch' : 'else_branch');
  return withoutChoices(await withoutConstantNodes(inlined, device), { count, lift, device });
}

async function withBranch(network: Network, choice: Node, which: string): Promise<Network> {
  const branch = choice.attributes.get(which);
  if (!isBranch(branch)) throw new UserError(`${network.where}: ${nodeName(choice)}: it has no ${which}`);
  checkSupported(branch.nodes, network.where);
  const own = new Set([...branch.weights.keys(), ...branch.nodes.flatMap(({ outputs }) => outputs)]);
  const nameOf = (name: string) => (own.has(name) && name !== '' ? `${choice.outputs[0]}/${name}` : name);
  const constants = new Map(network.constants);
  for (const [name, read] of branch.weights) constants.set(nameOf(name), await read());
  const nodes = [
    ...branch.nodes.map(node => renamed(node, nameOf)),
    ...choice.outputs.map((output, index): Node => {
      const inputs = [nameOf(branch.outputs[index] ?? '')];
      return {
        ...PLAIN,
        name: output,
        operator: 'Identity',
        inputs,
        outputs: [output],
        attributes: new Map(),
      };
    }),
  ];
  return { ...network, constants, nodes: network.nodes.flatMap(node => (node === choice ? nodes : [node])) };
}
