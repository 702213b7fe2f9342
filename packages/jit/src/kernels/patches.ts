// Convolutions between an image of few channels and one of many, as one matrix product over the patches that the filters
// lie on. They are where a network begins or ends, and in the order of axes that its other layers have (see tiles.ts).
import { type Graph, sizeOf, type Value } from '../graph.js';
import { multiply } from './product.js';
import { pad, take } from './shape.js';
import {
  byPhases,
  canBeTiled,
  type FilterKind,
  fromPhases,
  isWorth,
  phasesOfResult,
  tapOn,
  tilesOf,
} from './tiles.js';
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

/** Whether it is faster. */
export const worthPatches = (graph: Graph, at: Windows, filter: FilterKind): boolean =>
  canBeTiled(graph, at, TILING) &&
  isWorth(at.batch, at.result[1]! * at.outChannels, filter) &&
  at.inChannels <= FEW &&
  Math.max(...at.image) <= LONG * at.outChannels;

/** A convolution and its gradients. The taps of a filter are in the order [point, phase of the image] in each axis. */
export function patches(graph: Graph, at: Windows) {
  const { batch, inChannels, outChannels, window } = at;
  const { join, down, across } = tilesOf(graph, at, TILING);
  const [stride] = at.strides as [number];
  const [top, left, bottom, right] = at.pads as [number, number, number, number];
  const phases = phasesOfResult(at);
  const grid = [phases, down / phases, phases, across / phases];
  const [places, depth] = [down * across * batch, sizeOf(window) * inChannels];
  const product = (a: Value, transA: boolean, b: Value, transB: boolean) =>
    multiply(graph, [a, transA], [b, transB]);
  /** The taps along an axis in this order. */
  const taps = (pad: number) =>
    [0, 1].flatMap(point =>
      Array.from({ length: stride }, (_, phase) => point * stride + tapOn(phase, stride, pad)),
    );

  /** For each tap along an axis, the pixels that lie under it at all places of the filter, in their order. */
  const under = (pad: number, tiles: number) =>
    taps(pad).map(tap =>
      Array.from({ length: phases }, (_, phase) =>
        Array.from({ length: tiles / phases }, (_, tile) => tap + stride * (phases * tile + phase)),
      ).flat(),
    );

  /** A row for each tap and channel, a column for each place of the filter. */
  const ofImage = (image: Value): Value => {
    const [high, wide] = [at.image[0]! + top + bottom, at.image[1]! + left + right];
    const lines = graph.reshape(graph.transpose(image, [2, 3, 1, 0]), [...at.image, inChannels * batch]);
    const padding = [[top, bottom] as const, [left, right] as const, [0, 0] as const];
    const padded = graph.reshape(pad(graph, lines, padding, 0), [high * wide * inChannels, batch]);
    const channels = [...Array(inChannels).keys()];
    const pixels = under(top, down).flatMap(rows =>
      under(left, across).flatMap(columns =>
        channels.flatMap(channel =>
          rows.flatMap(row => columns.map(column => (row * wide + column) * inChannels + channel)),
        ),
      ),
    );
    return graph.reshape(take(graph, padded, pixels, 0), [depth, places]);
  };
  const toImage = (value: Value): Value => {
    const apart = graph.reshape(value, [2, stride, 2, stride, inChannels, ...grid, batch]);
    const natural = graph.transpose(apart, [1, 0, 6, 5, 3, 2, 8, 7, 9, 4]);
    const tiles = graph.reshape(natural, [stride, 2, down, stride, 2, across, batch, inChannels]);
    // Of few channels, it is left in the order of rows, from which a transpose takes little time.
    return fromPhases(graph, graph.settled(byPhases(graph, fromPhases(graph, join(tiles)), 1)));
  };
  const ofResult = (result: Value): Value =>
    graph.reshape(byPhases(graph, result, phases), [places, outChannels]);
  const toResult = (value: Value): Value =>
    fromPhases(graph, graph.reshape(value, [...grid, batch, outChannels]));

  const order = taps(top).flatMap(row => taps(left).map(column => row * window[1]! + column));
  const inOrder = (filter: Value, order: readonly number[]) =>
    take(graph, graph.reshape(filter, [outChannels, inChannels, sizeOf(window)]), order, 2);
  const ofFilter = (filter: Value): Value =>
    graph.reshape(graph.transpose(inOrder(filter, order), [0, 2, 1]), [outChannels, depth]);
  const toFilter = (value: Value): Value => {
    const apart = graph.transpose(graph.reshape(value, [sizeOf(window), inChannels, outChannels]), [2, 1, 0]);
    const inverse = order.map((_, tap) => order.indexOf(tap));
    return graph.settled(graph.reshape(inOrder(apart, inverse), [outChannels, inChannels, ...window]));
  };

  return {
    /** Of images [batch, in, height, width] by filters [out, in, height, width]. */
    convolution: (image: Value, filter: Value): Value =>
      toResult(product(ofImage(image), true, ofFilter(filter), true)),
    imageGradient: (result: Value, filter: Value): Value =>
      toImage(product(ofFilter(filter), true, ofResult(result), true)),
    filterGradient: (image: Value, result: Value): Value =>
      toFilter(product(ofImage(image), false, ofResult(result), false)),
  };
}
