// The part of a network that makes its images, with everything computed that does not depend on the code.
import { float32, type NdArray } from '@blind-demod/arrays';
import { compile, type Device, shapesOf } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ImageShape } from '../architectures/architecture.js';
import type { Manner } from './batching.js';
import { evaluate } from './evaluate.js';
import { foldNormalisation } from './fold.js';
import { isKnown, type Known, known } from './known.js';
import { type Network, narrowed } from './network.js';
import { type Computed, Refusal } from './value.js';

/** A network of its one image, channels first. */
export interface ImageNetwork {
  readonly network: Network;
  readonly imageShape: ImageShape;
  /** What the file calls the images, and whether it has their channels last. */
  readonly output: string;
  readonly isChannelsLast: boolean;
}

/** @throws UserError, NotLiftable or Refusal when it cannot be carried out in this manner, or there is no one image */
export async function imageNetworkOf(
  network: Network,
  manner: Manner,
  device: Device,
): Promise<ImageNetwork> {
  const varying = await withoutConstantNodes(network, device);
  const { name, shape } = imageOf(varying, manner);
  const small = foldNormalisation(narrowed(varying, [name]));
  const isChannelsLast = !isChannels(shape[0]) && isChannels(shape[2]);
  return {
    network: isChannelsLast ? channelsFirst(small, name) : small,
    imageShape: isChannelsLast ? [shape[2], shape[0], shape[1]] : shape,
    output: name,
    isChannelsLast,
  };
}

/** So few codes, of which nothing but the number counts. */
const someCodes = ({ codeShape: [latent] }: Network, count: number) =>
  float32([count, latent!], new Float32Array(count * latent!));

/** The only output that is an image for each code. */
function imageOf(network: Network, manner: Manner): { name: string; shape: ImageShape } {
  const count = manner === 'at once' ? 2 : 1;
  const shapes = shapesOf(
    (codes: Tensor) => {
      const values = evaluate(network, codes, count / (network.batch ?? count));
      const varying = network.outputs.flatMap(name => {
        const value = values.get(name);
        return value && !isKnown(value) && value.varies ? [[name, value.tensor] as const] : [];
      });
      return Object.fromEntries(varying);
    },
    someCodes(network, count),
  ) as Readonly<Record<string, readonly number[]>>;
  const images = Object.entries(shapes).filter(
    ([, shape]) => shape.length === 4 && shape[0] === count && shape.every(length => length > 0),
  );
  if (images.length !== 1) {
    const outputs = network.outputs.map(name => {
      const shape = shapes[name]?.slice(1);
      return `"${name}" ${shape ? `[${['batch', ...shape].join(', ')}]` : ', which does not depend on the code'}`;
    });
    const what =
      outputs.length === 1 ? `its output is ${outputs}` : `its outputs are ${outputs.join(' and ')}`;
    throw new Refusal(`${what}; expected one image, [batch, channels, height, width]`);
  }
  const [name, [, ...shape]] = images[0] as [string, [number, number, number, number]];
  return { name, shape };
}

/** The network without the nodes that follow from its constants alone. */
async function withoutConstantNodes(network: Network, device: Device): Promise<Network> {
  const fixed = new Set(network.constants.keys());
  const isFixed = (name: string) => name === '' || fixed.has(name);
  const nodes = network.nodes.filter(({ inputs, outputs }) => {
    if (!inputs.every(isFixed)) return true;
    for (const name of outputs) fixed.add(name);
    return false;
  });
  const wanted = new Set(nodes.flatMap(({ inputs }) => inputs).filter(name => fixed.has(name)));
  const constants = new Map(network.constants);
  const codes = someCodes(network, network.batch ?? 1);
  const pick = (input: Tensor) => {
    const values = evaluate(
      { ...network, nodes: network.nodes.filter(node => !nodes.includes(node)) },
      input,
      1,
    );
    const computed = [...wanted].flatMap(name => {
      const value = values.get(name)!;
      if (isKnown(value)) constants.set(name, value);
      return isKnown(value) ? [] : [[name, (value as Computed).tensor] as const];
    });
    return Object.fromEntries(computed);
  };
  // Most of them are known as soon as they are recorded.
  if (Object.keys(shapesOf(pick, codes)).length > 0) {
    const program = await compile(pick, codes, { device });
    const found = (await program.run(codes)) as Readonly<Record<string, NdArray>>;
    await program.dispose();
    for (const [name, array] of Object.entries(found)) constants.set(name, knownFrom(array));
  }
  return { ...network, nodes, constants };
}

const knownFrom = ({ dtype, shape, data }: NdArray): Known =>
  known(dtype === 'float32' ? 'real' : dtype === 'bool' ? 'truth' : 'whole', shape, data);

const isChannels = (count: number): boolean => count === 1 || count === 3;

/** For images [batch, height, width, channels], as TensorFlow makes them. */
function channelsFirst(network: Network, output: string): Network {
  const name = `${output}, channels first`;
  const attributes = new Map([['perm', [0, 3, 1, 2]]]);
  const node = { name, operator: 'Transpose', inputs: [output], outputs: [name], attributes };
  return { ...network, nodes: [...network.nodes, node], outputs: [name] };
}
