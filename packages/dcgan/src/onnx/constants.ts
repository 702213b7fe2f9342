// What follows from a network's constants alone is computed once, while the model is read.
import { float32, type NdArray, UserError } from '@blind-demod/arrays';
import { compile, type Device, shapesOf } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import { carryOut } from './evaluate.js';
import { isKnown, type Known, known } from './known.js';
import type { Network } from './network.js';
import { isBranch, type Node } from './operator.js';
import { type Computed, NotReady, type Value } from './value.js';

/**
 * The network without the nodes that follow from its constants alone.
 *
 * Most of these are carried out as numbers. The others need a program; where a shape follows from what one computes, the
 * nodes behind it wait for the next.
 *
 * @throws UserError that names a node which cannot be carried out.
 */
export async function withoutConstantNodes(network: Network, device: Device): Promise<Network> {
  const constants = new Map(network.constants);
  let fixed = fixedBy(network);
  const rest = network.nodes.filter(node => !fixed.includes(node));
  const needed = new Set([...rest.flatMap(({ inputs }) => inputs), ...network.outputs]);
  while (fixed.length > 0) {
    const waiting = await compute(fixed, { network, constants, needed, device });
    if (waiting.length === fixed.length) throw new UserError(`${network.where}: ${waiting[0]!.reason}`);
    fixed = waiting.map(({ node }) => node);
  }
  return { ...network, nodes: rest, constants };
}

/** The nodes that follow from constants alone; which branch is taken is decided elsewhere. */
function fixedBy({ nodes, constants }: Network): Node[] {
  const fixed = new Set(['', ...constants.keys()]);
  return nodes.filter(({ inputs, outputs, attributes }) => {
    const isFixed = inputs.every(name => fixed.has(name)) && ![...attributes.values()].some(isBranch);
    if (isFixed) for (const name of outputs) fixed.add(name);
    return isFixed;
  });
}

interface Waiting {
  readonly node: Node;
  readonly reason: string;
}

/** Adds to the constants what can be computed of these nodes; the others wait. */
async function compute(
  nodes: readonly Node[],
  {
    network,
    constants,
    needed,
    device,
  }: { network: Network; constants: Map<string, Known>; needed: ReadonlySet<string>; device: Device },
): Promise<readonly Waiting[]> {
  let waiting: Waiting[] = [];
  const pick = (): Record<string, Tensor> => {
    const values = new Map<string, Value>(constants);
    waiting = [];
    for (const node of nodes) waiting.push(...attempt(network, node, values));
    const wanted = new Set([...needed, ...waiting.flatMap(({ node }) => node.inputs)]);
    const computed = [...values].filter(([name, value]) => {
      if (!wanted.has(name)) return false;
      if (isKnown(value)) constants.set(name, value);
      return !isKnown(value);
    });
    return Object.fromEntries(computed.map(([name, value]) => [name, (value as Computed).tensor]));
  };
  const nothing = float32([0], new Float32Array());
  if (Object.keys(shapesOf(pick, nothing)).length > 0) {
    const program = await compile(pick, nothing, { device });
    const found = (await program.run(nothing)) as Readonly<Record<string, NdArray>>;
    await program.dispose();
    for (const [name, array] of Object.entries(found)) constants.set(name, knownFrom(array));
  }
  return waiting;
}

/** Adds what a node makes to the values, or tells why it cannot be made yet. */
function attempt(network: Network, node: Node, values: Map<string, Value>): readonly Waiting[] {
  const missing = node.inputs.find(name => name !== '' && !values.has(name));
  if (missing !== undefined) return [{ node, reason: `"${missing}" could not be computed while reading` }];
  try {
    const inputs = node.inputs.map(name => values.get(name));
    for (const [index, value] of carryOut(network, node, inputs).entries()) {
      const name = node.outputs[index];
      if (name) values.set(name, value);
    }
    return [];
  } catch (error) {
    if (error instanceof NotReady) return [{ node, reason: error.message }];
    throw error;
  }
}

const knownFrom = ({ dtype, shape, data }: NdArray): Known =>
  known(dtype === 'float32' ? 'real' : dtype === 'bool' ? 'truth' : 'whole', shape, data);
