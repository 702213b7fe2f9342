// Convolutions between an image of few channels and one of many, as one matrix product over the patches that the filters
// lie on. They are where a network begins or ends, and in the order of axes that its other layers have (see tiles.ts).
import { type Graph, sizeOf, type Value } from '../graph.js';
import { multiply } from './product.js';
import { byPhases, canBeTiled, fromPhases, isWorth, phasesOfResult, tapOn, tilesOf } from './tiles.js';
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

  /** A row for each tap and channel, a column for each place of the filter. */
  const ofImage = (image: Value): Value => {
    const [high, wide] = [at.image[0]! + top + bottom, at.image[1]! + left + right];
    const lines = graph.reshape(graph.transpose(image, [2, 3, 1, 0]), [...at.image, inChannels * batch]);
    const pads = graph.integers([top, left, 0, bottom, right, 0]);
    const padded = graph.node(
      'Pad',
      [lines, pads, graph.filled(0, [], 'float32')],
      [high, wide, inChannels * batch],
      'float32',
    );
    const along = (pad: number, [of, number]: readonly [number, number]) =>
      taps(pad).map(tap =>
        Array.from(
          { length: of * number },
          (_, i) => tap + stride * ((i % number) * of + Math.floor(i / number)),
        ),
      );
    const [rows, columns] = [along(top, [phases, down / phases]), along(left, [phases, across / phases])];
    const pixels = rows.flatMap(rows =>
      columns.flatMap(columns =>
        Array.from({ length: inChannels }, (_, channel) =>
          rows.flatMap(row => columns.map(column => (row * wide + column) * inChannels + channel)),
        ).flat(),
      ),
    );
    const all = graph.reshape(padded, [high * wide * inChannels, batch]);
    const taken = graph.node('Gather', [all, graph.integers(pixels)], [pixels.length, batch], 'float32', {
      axis: 0,
    });
    return graph.reshape(taken, [depth, places]);
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
  const inOrder = (filter: Value, order: readonly number[]) => {
    const flat = graph.reshape(filter, [outChannels, inChannels, sizeOf(window)]);
    return graph.node('Gather', [flat, graph.integers(order)], flat.shape, 'float32', { axis: 2 });
  };
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
