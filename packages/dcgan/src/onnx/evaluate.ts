// Carrying a network out on a batch of codes, and going back through it from a gradient of what came out.
import { type Float32NdArray, float32, UserError } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkCount, isKnown } from './known.js';
import { type Network, nodeName } from './network.js';
import { Call, type Node } from './operator.js';
import { operatorTable } from './operators/table.js';
import { type Computed, NotLiftable, NotReady, shapeOf, type Value } from './value.js';

/** Values by name. */
export type Values = ReadonlyMap<string, Value>;

/** What a node makes. @throws UserError, NotLiftable or NotReady that names it */
export function carryOut(
  { where }: Pick<Network, 'where'>,
  node: Node,
  inputs: readonly (Value | undefined)[],
): readonly Value[] {
  try {
    const call = new Call(node, inputs);
    const result = operatorTable[node.operator]!(call);
    call.refuseOthers();
    const made = Array.isArray(result) ? (result as readonly Value[]) : [result as Value];
    for (const value of made) checkCount(shapeOf(value));
    return made;
  } catch (error) {
    if (error instanceof UserError) throw error;
    for (const Kind of [NotLiftable, NotReady]) {
      if (error instanceof Kind) throw new Kind(`${nodeName(node)}: ${error.message}`);
    }
    throw new UserError(`${where}: ${nodeName(node)}: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * Every value of the network for codes [n, latent].
 *
 * @param lift how many times as many codes these are as the network was written for.
 * @param given values that need not be computed again.
 */
export function evaluate(
  network: Network,
  codes: Tensor,
  lift: number,
  given: ReadonlyMap<string, Tensor> = new Map(),
): Values {
  const varying = (tensor: Tensor): Computed => ({ tensor, varies: true, lift });
  const values = new Map<string, Value>(network.constants);
  const shaped =
    network.codeShape.length === 1 ? codes : tf.reshape(codes, [codes.shape[0]!, ...network.codeShape]);
  values.set(network.input, varying(shaped));
  for (const [name, tensor] of given) values.set(name, varying(tensor));
  for (const node of network.nodes) {
    if (node.outputs.every(name => values.has(name))) continue;
    const made = carryOut(network, node, inputsOf(node, values));
    for (const [index, name] of node.outputs.entries()) {
      if (name !== '' && made[index] && !values.has(name)) values.set(name, made[index]);
    }
  }
  return values;
}

const inputsOf = (node: Node, values: Values): (Value | undefined)[] =>
  node.inputs.map(name => (name === '' ? undefined : values.get(name)));

/** This many codes, to find shapes with: nothing but their number counts. */
export const someCodes = ({ latent }: Network, count: number): Float32NdArray =>
  float32([count, latent], new Float32Array(count * latent));

/** Whether a gradient may go through a value. */
export const isDifferentiable = (value: Value | undefined): value is Computed =>
  value !== undefined && !isKnown(value) && value.varies && value.tensor.dtype === 'float32';

/**
 * The gradient with respect to the codes, given every value and the gradient with respect to the output.
 *
 * It goes from node to node: TensorFlow.js differentiates what each makes of its own inputs. It carries the node out
 * once more for that, of which a compiled program keeps only what the gradient needs: nothing of a matrix product or a
 * convolution.
 */
export function gradientOf(network: Network, values: Values, output: string, cotangent: Tensor): Tensor {
  const cotangents = new Map<string, Tensor>([[output, cotangent]]);
  for (const node of network.nodes.toReversed()) {
    const seeds = node.outputs.map(name => cotangents.get(name));
    if (seeds.every(seed => seed === undefined)) continue;
    const names = [...new Set(node.inputs)].filter(name => isDifferentiable(values.get(name)));
    if (names.length === 0) continue;
    for (const [index, gradient] of gradientsOf(network, node, values, names, seeds).entries()) {
      if (!gradient) continue;
      const before = cotangents.get(names[index]!);
      cotangents.set(names[index]!, before ? tf.add(before, gradient) : gradient);
    }
  }
  const code = (values.get(network.input) as Computed).tensor;
  const gradient = cotangents.get(network.input) ?? tf.zerosLike(code);
  return network.codeShape.length === 1 ? gradient : tf.reshape(gradient, [code.shape[0]!, network.latent]);
}

/** The gradients with respect to some of a node's inputs; none where it does not depend on one. */
function gradientsOf(
  network: Network,
  node: Node,
  values: Values,
  names: readonly string[],
  seeds: readonly (Tensor | undefined)[],
): readonly (Tensor | undefined)[] {
  const given = names.map(name => values.get(name) as Computed);
  const outputs = (tensors: readonly Tensor[]): readonly Tensor[] => {
    const inputs = node.inputs.map((name): Value | undefined => {
      const place = names.indexOf(name);
      return place < 0 ? values.get(name) : { ...given[place]!, tensor: tensors[place]! };
    });
    return carryOut(network, node, inputs).map(value => (value as Computed).tensor);
  };
  const tensors = given.map(({ tensor }) => tensor);
  const wanted = seeds.flatMap((seed, index) => (seed ? [{ seed, index }] : []));
  const only = wanted.length === 1 ? wanted[0] : undefined;
  const f = () => {
    const made = outputs(tensors);
    if (only) return made[only.index]!;
    return tf.addN(wanted.map(({ seed, index }) => tf.sum(tf.mul(made[index]!, seed))));
  };
  return tf.engine().gradients(f, tensors, only?.seed as Tensor, true).grads;
}
