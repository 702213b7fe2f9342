// The part of a network that makes its images, with its choices taken.
import { type Device, shapesOf } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ImageShape } from '../architectures/architecture.js';
import type { Manner } from './batching.js';
import { withoutChoices } from './choice.js';
import { evaluate, someCodes } from './evaluate.js';
import { foldNormalisation } from './fold.js';
import { isKnown } from './known.js';
import { type Network, narrowed } from './network.js';
import { PLAIN } from './operator.js';
import { Refusal } from './value.js';

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
  const count = manner === 'at once' ? 2 : network.batch!;
  const lift = count / (network.batch ?? count);
  const varying = await withoutChoices(network, { count, lift, device });
  const { name, shape } = imageOf(varying, { count, lift });
  const small = foldNormalisation(narrowed(varying, [name]));
  const isChannelsLast = !isChannels(shape[0]) && isChannels(shape[2]);
  return {
    network: isChannelsLast ? channelsFirst(small, name) : small,
    imageShape: isChannelsLast ? [shape[2], shape[0], shape[1]] : shape,
    output: name,
    isChannelsLast,
  };
}

/** The only output that is an image for each code. */
function imageOf(
  network: Network,
  { count, lift }: { count: number; lift: number },
): { name: string; shape: ImageShape } {
  const shapes = shapesOf(
    (codes: Tensor) => {
      const values = evaluate(network, codes, lift);
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

const isChannels = (count: number): boolean => count === 1 || count === 3;

/** For images [batch, height, width, channels], as TensorFlow makes them. */
function channelsFirst(network: Network, output: string): Network {
  const name = `${output}, channels first`;
  const attributes = new Map([['perm', [0, 3, 1, 2]]]);
  const node = { ...PLAIN, name, operator: 'Transpose', inputs: [output], outputs: [name], attributes };
  return { ...network, nodes: [...network.nodes, node], outputs: [name] };
}
