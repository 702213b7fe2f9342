// Pooling of images [batch, channels, height, width], or with any other number of axes behind the channels.
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { LARGEST, range } from '../known.js';
import type { Call, Operator, OperatorTable } from '../operator.js';
import { apply, Refusal, type Value } from '../value.js';
import { maximum } from './arithmetic.js';
import { mapAlong, matrixOf } from './linear-map.js';
import { reach, type Window, windowOf } from './window.js';

/** The window of a pool, and how many places it has along each axis; what `ceil_mode` adds is padding after. */
function placesOf(call: Call): Window & { readonly counts: readonly number[]; readonly all: Window['pads'] } {
  const image = call.shape(0).slice(2);
  const size = call.list('kernel_shape') ?? [];
  if (size.length !== image.length) throw new Refusal(`its window is [${size}] on images of [${image}]`);
  const window = windowOf(call, size, image);
  const { strides, dilations, pads } = window;
  const reached = size.map((length, axis) => reach(length, dilations[axis]!));
  const rounded = call.number('ceil_mode', 0) ? Math.ceil : Math.floor;
  const counts = image.map((length, axis) => {
    const [before, after] = pads[axis]!;
    const count = rounded((length + before + after - reached[axis]!) / strides[axis]!) + 1;
    // The last window has to begin on the image or the padding before it.
    return call.number('ceil_mode', 0) && (count - 1) * strides[axis]! >= length + before ? count - 1 : count;
  });
  const all = image.map((length, axis): readonly [number, number] => {
    const [before] = pads[axis]!;
    const end = (counts[axis]! - 1) * strides[axis]! + reached[axis]!;
    return [before, Math.max(end - length - before, 0)];
  });
  return { ...window, counts, all };
}

/** The mean over a window is that of means along each axis. */
const average: Operator = call => {
  const shape = call.shape(0);
  const { size, strides, dilations, pads, counts } = placesOf(call);
  const isPadCounted = call.number('count_include_pad', 0) === 1;
  return counts.reduce<Value>((value, count, axis) => {
    const length = shape[axis + 2]!;
    const [before, after] = pads[axis]!;
    const [least, most] = isPadCounted ? [-before, length + after] : [0, length];
    const rows = range(0, count).map(place => {
      const taps = range(0, size[axis]!).map(tap => place * strides[axis]! - before + tap * dilations[axis]!);
      const counted = taps.filter(at => at >= least && at < most).length;
      return taps.filter(at => at >= 0 && at < length).map(at => [at, 1 / counted] as const);
    });
    return mapAlong(value, axis + 2, matrixOf(rows, length));
  }, call.input(0));
};

const maxPool: Operator = call => {
  if (call.node.outputs.length > 1) throw new Refusal('the places of its maxima are not supported');
  const { size, strides, dilations, counts, all } = placesOf(call);
  return apply(call.input(0), tensor => {
    const padded = all.flat().some(count => count > 0)
      ? tf.pad(tensor, [[0, 0], [0, 0], ...all] as [number, number][], -LARGEST)
      : tensor;
    const at = (image: Tensor, axis: number, tap: number) => {
      const places = range(0, counts[axis]!).map(place => place * strides[axis]! + tap * dilations[axis]!);
      return tf.gather(image, tf.tensor1d(places, 'int32'), axis + 2);
    };
    const best = (image: Tensor, axis: number) =>
      range(0, size[axis]!)
        .map(tap => at(image, axis, tap))
        .reduce((a, b) => maximum(a, b));
    return counts.reduce((image, _, axis) => best(image, axis), padded);
  });
};

/** Over all pixels. */
const overall =
  (f: (x: Tensor, axes: number[]) => Tensor): Operator =>
  call =>
    apply(call.input(0), x => f(x, range(2, x.rank)));

export const poolingOperators: OperatorTable = {
  AveragePool: average,
  MaxPool: maxPool,
  GlobalAveragePool: overall((x, axes) => tf.mean(x, axes, true)),
  GlobalMaxPool: overall((x, axes) => tf.max(x, axes, true)),
};
