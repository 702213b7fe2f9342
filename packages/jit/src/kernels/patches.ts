// Convolutions between an image of few channels and one of many, as one matrix product over the patches that the filters
// lie on. They are where a network begins or ends, and in the order of axes that its other layers have (see tiles.ts).
import type { Graph, Value } from '../graph.js';
import { canBeTiled, isWorth, tilesOf } from './tiles.js';
import type { Windows } from './window.js';

/** Each result by itself, of two pixels of each phase. */
const TILING = {
  tile: 1,
  ofImage: [
    [1, 0],
    [0, 1],
  ],
};

/** Channels of the image up to which it is faster. */
const FEW = 4;

/** Sides of the image for each channel of the result, likewise: cutting it takes as many multiplications as they are long. */
const LONG = 4;

/** Whether it is faster. `varies` tells whether the filters do. */
export const worthPatches = (graph: Graph, at: Windows, varies: boolean): boolean =>
  canBeTiled(graph, at, TILING) &&
  isWorth(at.batch, at.result[1]! * at.outChannels, varies) &&
  at.inChannels <= FEW &&
  Math.max(...at.image) <= LONG * at.outChannels;

/** A convolution and its gradients. */
export function patches(graph: Graph, at: Windows) {
  const { batch, inChannels, outChannels, window } = at;
  const { cut, join, down, across } = tilesOf(graph, at, TILING);
  const [stride] = at.strides as [number];
  const [places, depth] = [down * across * batch, window[0]! * window[1]! * inChannels];
  const product = (a: Value, transA: number, b: Value, transB: number, shape: readonly number[]) =>
    graph.node('Gemm', [a, b], shape, 'float32', { transA, transB });

  /** A row for each tap and channel, a column for each place of the filter. */
  const ofImage = (image: Value): Value => {
    const apart = cut(graph.transpose(image, [2, 3, 1, 0]));
    return graph.reshape(graph.transpose(apart, [0, 2, 3, 5, 6, 1, 4, 7]), [depth, places]);
  };
  const toImage = (value: Value): Value => {
    const apart = graph.reshape(value, [2, stride, 2, stride, inChannels, down, across, batch]);
    return graph.transpose(join(graph.transpose(apart, [0, 5, 1, 2, 6, 3, 4, 7])), [3, 2, 0, 1]);
  };
  const ofResult = (result: Value): Value =>
    graph.reshape(graph.transpose(result, [2, 3, 0, 1]), [places, outChannels]);
  const toResult = (value: Value): Value =>
    graph.transpose(graph.reshape(value, [down, across, batch, outChannels]), [2, 3, 0, 1]);
  const ofFilter = (filter: Value): Value =>
    graph.reshape(graph.transpose(filter, [0, 2, 3, 1]), [outChannels, depth]);
  const toFilter = (value: Value): Value =>
    graph.settled(graph.transpose(graph.reshape(value, [...window, inChannels, outChannels]), [3, 2, 0, 1]));

  return {
    /** Of images [batch, in, height, width] by filters [out, in, height, width]. */
    convolution: (image: Value, filter: Value): Value =>
      toResult(product(ofImage(image), 1, ofFilter(filter), 1, [places, outChannels])),
    imageGradient: (result: Value, filter: Value): Value =>
      toImage(product(ofFilter(filter), 1, ofResult(result), 1, [depth, places])),
    filterGradient: (image: Value, result: Value): Value =>
      toFilter(product(ofImage(image), 0, ofResult(result), 0, [depth, outChannels])),
  };
}
