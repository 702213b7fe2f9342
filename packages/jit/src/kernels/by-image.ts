// The gradient of a filter between an image of few channels and one of many, as matrix products image by image. Otherwise it
// is a convolution of few results, each of which is one sum over all pixels of a batch; a GPU that computes results at the same
// time, but each alone, is nearly idle then.
import { type Graph, sizeOf, type Value } from '../graph.js';
import { placesOf } from '../layout.js';
import { concatenate, pad } from './shape.js';
import type { Windows } from './window.js';

/** Channels of the image up to which there are few. */
const FEW = 4;

export const worthByImage = (graph: Graph, { inChannels }: Windows): boolean =>
  graph.strengths.parallelResults === true && inChannels <= FEW;

/** Of images [batch, in, …] and gradients of results [batch, out, …] the gradient of the filter, [out, in, …]. */
export function filterGradientByImage(graph: Graph, image: Value, result: Value, at: Windows): Value {
  const { batch, inChannels, outChannels, window, strides, pads } = at;
  const axes = window.length;
  const padded = pad(
    graph,
    image,
    [[0, 0], [0, 0], ...window.map((_, axis) => [pads[axis]!, pads[axis + axes]!] as const)],
    0,
  );
  // The pixels under each tap of the filter, in the order of its taps.
  const spatial = graph.integers(window.map((_, axis) => axis + 2));
  const underTap = (tap: readonly number[]): Value => {
    const ends = tap.map((first, axis) => first + (at.result[axis]! - 1) * strides[axis]! + 1);
    const lists = [graph.integers(tap), graph.integers(ends), spatial, graph.integers(strides)];
    return graph.node('Slice', [padded, ...lists], [batch, inChannels, ...at.result], 'float32');
  };
  const taps = placesOf(window).map(underTap);
  const pixels = sizeOf(at.result);
  const patches = graph.reshape(concatenate(graph, taps, 1), [batch, taps.length * inChannels, pixels]);
  const results = graph.transpose(graph.reshape(result, [batch, outChannels, pixels]), [0, 2, 1]);
  const shape = [taps.length * inChannels, outChannels];
  const ofEach = graph.node('MatMul', [patches, results], [batch, ...shape], 'float32');
  const sum = graph.node('ReduceSum', [ofEach, graph.integers([0])], shape, 'float32', { keepdims: 0 });
  const filter = graph.reshape(sum, [...window, inChannels, outChannels]);
  return graph.transpose(filter, [axes + 1, axes, ...window.map((_, axis) => axis)]);
}
