// What is to be computed: the nodes of a file that lead from its one input to its images, functions written out.
import { UserError } from '@blind-demod/arrays';
import type { Declared, Dimension, FileFunction, FileNode, OnnxFile } from './format.js';
import type { Known } from './known.js';
import { type Attribute, type Branch, isBranch, type Node } from './operator.js';
import { operatorTable } from './operators/table.js';

export interface Network {
  /** What to call the model in messages. */
  readonly where: string;
  /** In an order in which they can be carried out. */
  readonly nodes: readonly Node[];
  /** Known values by name. */
  readonly constants: ReadonlyMap<string, Known>;
  /** The name of the code. */
  readonly input: string;
  /** The axes behind the batch: [latent], or with axes of one, as [latent, 1, 1]. */
  readonly codeShape: readonly number[];
  /** Numbers in a code. */
  readonly latent: number;
  /** How many codes the file was written for, if not for any number. */
  readonly batch: number | undefined;
  readonly outputs: readonly string[];
}

const OPSETS = { least: 7, most: 23 };

/** How a message calls a node. */
export const nodeName = ({ name, operator, outputs }: Node): string =>
  `node "${name || outputs[0]}" (${operator})`;

/**
 * The network in a file.
 * @throws UserError when it is no generator, or has operators that are not supported.
 */
export async function readNetwork(file: OnnxFile, where: string): Promise<Network> {
  if (file.opset < OPSETS.least || file.opset > OPSETS.most) {
    throw new UserError(
      `${where}: it uses ONNX operator set ${file.opset}; supported are ${OPSETS.least} to ${OPSETS.most}`,
    );
  }
  const written = withoutSequences(writtenOut(file.nodes, file.functions));
  const outputs = file.outputs.map(({ name }) => name);
  const { nodes, needed } = leadingTo(written, outputs);
  checkSupported(nodes, where);
  const input = inputOf(
    file.inputs.filter(({ name }) => needed.has(name) && !file.weights.has(name)),
    where,
  );
  checkWired(nodes, new Set([input.name, ...file.weights.keys()]), where);
  const constants = new Map<string, Known>();
  for (const [name, read] of file.weights) if (needed.has(name)) constants.set(name, await read());
  return { where, nodes, constants, outputs, ...input, input: input.name };
}

/** The same network with nothing in it that the given outputs do not need. */
export function narrowed(network: Network, outputs: readonly string[]): Network {
  const { nodes, needed } = leadingTo(network.nodes, outputs);
  const constants = new Map([...network.constants].filter(([name]) => needed.has(name)));
  return { ...network, nodes, constants, outputs };
}

/** The nodes that some values depend on, and the names of all that they need. */
export function leadingTo<N extends Pick<Node, 'inputs' | 'outputs'>>(
  nodes: readonly N[],
  outputs: readonly string[],
): { nodes: N[]; needed: ReadonlySet<string> } {
  const needed = new Set(outputs);
  const kept = nodes.toReversed().filter(node => {
    if (!node.outputs.some(name => needed.has(name))) return false;
    for (const name of node.inputs) needed.add(name);
    return true;
  });
  return { nodes: kept.reverse(), needed };
}

const shown = (shape: readonly Dimension[] | undefined): string =>
  shape ? `[${shape.map(length => length ?? '?').join(', ')}]` : 'of an unknown shape';

/** The one input, if it is a latent code. */
function inputOf(
  inputs: readonly Declared[],
  where: string,
): Pick<Network, 'codeShape' | 'latent' | 'batch'> & { name: string } {
  const expected = 'expected one, the latent code, [batch, latent] or [batch, latent, 1, 1]';
  if (inputs.length !== 1) {
    const list = inputs.map(({ name, shape }) => `"${name}" ${shown(shape)}`).join(' and ');
    throw new UserError(
      `${where}: it has ${inputs.length || 'no'} inputs${list && `, ${list}`}; ${expected}`,
    );
  }
  const { name, shape } = inputs[0]!;
  const [batch, ...lengths] = shape ?? [];
  const codeShape = lengths.filter(length => typeof length === 'number');
  const isCode =
    lengths.length > 0 &&
    codeShape.length === lengths.length &&
    codeShape.filter(length => length !== 1).length <= 1;
  if (!isCode) throw new UserError(`${where}: its input "${name}" is ${shown(shape)}; ${expected}`);
  const latent = Math.max(...codeShape);
  return { name, codeShape, latent, batch: typeof batch === 'number' ? batch : undefined };
}

/** @throws UserError that names the nodes that are not supported, and the operators that are */
export function checkSupported(nodes: readonly Node[], where: string): void {
  const isSupported = ({ domain, operator }: Node) => domain === '' && Object.hasOwn(operatorTable, operator);
  const others = nodes.filter(node => !isSupported(node));
  const first = others[0];
  if (!first) return;
  const nameOf = ({ domain, operator }: Node) => (domain ? `${domain}.${operator}` : operator);
  const more = [...new Set(others.map(nameOf))].filter(name => name !== nameOf(first));
  const also = more.length > 0 ? `, and neither are ${more.join(', ')}` : '';
  throw new UserError(
    `${where}: node "${first.name || first.outputs[0]}": the operator ${nameOf(first)} is not supported${also}; supported are ${Object.keys(operatorTable).sort().join(', ')}`,
  );
}

/** Every value that a node takes is there before it, and none is made twice. */
function checkWired(nodes: readonly Node[], given: ReadonlySet<string>, where: string): void {
  const there = new Set(given);
  for (const node of nodes) {
    const missing = node.inputs.find(name => name !== '' && !there.has(name));
    if (missing !== undefined) {
      throw new UserError(`${where}: ${nodeName(node)} takes "${missing}", which nothing before it makes`);
    }
    for (const name of node.outputs) {
      if (name !== '' && there.has(name))
        throw new UserError(`${where}: ${nodeName(node)} makes "${name}", which is there already`);
      there.add(name);
    }
  }
}

/** The nodes, in which SequenceAt takes the array itself and how it is split, not the parts that SplitToSequence makes. */
function withoutSequences(nodes: readonly FileNode[]): readonly FileNode[] {
  const splits = new Map(
    nodes.filter(({ operator }) => operator === 'SplitToSequence').map(node => [node.outputs[0]!, node]),
  );
  return nodes.map(node => {
    const split = node.operator === 'SequenceAt' && splits.get(node.inputs[0]!);
    if (!split) return node;
    const [array = '', sizes = ''] = split.inputs;
    return { ...node, inputs: [array, node.inputs[1]!, sizes], attributes: split.attributes };
  });
}

/** The nodes with those that call one of the file's own functions replaced by what the function does. */
function writtenOut(
  nodes: readonly FileNode[],
  functions: readonly FileFunction[],
  depth = 0,
): readonly FileNode[] {
  return nodes.flatMap((node, index) => {
    const called = functions.find(
      ({ domain, name, overload }) =>
        domain === node.domain && name === node.operator && overload === node.overload,
    );
    // A function that calls itself stays as a node, of which it is said that it is not supported.
    if (!called || depth > functions.length) {
      return [
        withBranches(node, branch => ({
          ...branch,
          nodes: writtenOut(branch.nodes as readonly FileNode[], functions, depth),
        })),
      ];
    }
    return writtenOut(
      bodyOf(called, node, `${node.name || node.operator}/${depth}.${index}`),
      functions,
      depth + 1,
    );
  });
}

function bodyOf(
  { inputs, outputs, nodes, defaults }: FileFunction,
  call: FileNode,
  prefix: string,
): FileNode[] {
  const names = new Map<string, string>([['', '']]);
  for (const [index, name] of inputs.entries()) names.set(name, call.inputs[index] ?? '');
  for (const [index, name] of outputs.entries())
    if (call.outputs[index]) names.set(name, call.outputs[index]);
  const nameOf = (name: string) => names.get(name) ?? `${prefix}/${name}`;
  const given = (name: string): Attribute | undefined => call.attributes.get(name) ?? defaults.get(name);
  return nodes.map(node => {
    const attributes = new Map(node.attributes);
    const references = new Map<string, string>();
    for (const [here, there] of node.references) {
      const value = given(there);
      if (value !== undefined) attributes.set(here, value);
      const outer = call.references.get(there);
      if (outer !== undefined) references.set(here, outer);
    }
    return {
      ...renamed({ ...node, attributes }, nameOf),
      name: `${prefix}/${node.name || node.operator}`,
      references,
    };
  });
}

/** The node with its values called by other names, in its branches, too. */
export function renamed<N extends Node>(node: N, nameOf: (name: string) => string): N {
  return {
    ...withBranches(node, ({ nodes, outputs, weights }) => ({
      nodes: nodes.map(inner => renamed(inner, nameOf)),
      outputs: outputs.map(nameOf),
      weights: new Map([...weights].map(([name, read]) => [nameOf(name), read])),
    })),
    inputs: node.inputs.map(nameOf),
    outputs: node.outputs.map(nameOf),
  };
}

const withBranches = <N extends Node>(node: N, change: (branch: Branch) => Branch): N => ({
  ...node,
  attributes: new Map(
    [...node.attributes].map(([name, value]) => [name, isBranch(value) ? change(value) : value]),
  ),
});
