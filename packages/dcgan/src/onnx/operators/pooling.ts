// Pooling of images [batch, channels, height, width].
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { known } from '../known.js';
import type { Call, Operator, OperatorTable } from '../operator.js';
import { apply, computed, Refusal, shapeOf } from '../value.js';
import { checkImages, reach, type Window, windowOf } from './window.js';

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** The window of a pool, and how many places it has along each axis; what `ceil_mode` adds is padding after. */
function placesOf(call: Call): Window & { readonly counts: readonly number[]; readonly all: Window['pads'] } {
  const shape = call.shape(0);
  checkImages(shape);
  const image = shape.slice(2);
  const window = windowOf(call, call.list('kernel_shape') ?? [], image);
  const { size, strides, dilations, pads } = window;
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

const average: Operator = call => {
  const x = call.input(0);
  const [, , height, width] = shapeOf(x) as [number, number, number, number];
  const { size, strides, dilations, pads, counts, all } = placesOf(call);
  const isPadCounted = call.number('count_include_pad', 0) === 1;
  /** How many entries a window has along an axis. */
  const entries = (axis: number) =>
    range(counts[axis]!).map(place => {
      const [before, after] = pads[axis]!;
      const [least, most] = isPadCounted
        ? [-before, [height, width][axis]! + after]
        : [0, [height, width][axis]!];
      const taps = range(size[axis]!).map(tap => place * strides[axis]! - before + tap * dilations[axis]!);
      return taps.filter(at => at >= least && at < most).length;
    });
  const shares = entries(0).flatMap(rows => entries(1).map(columns => 1 / (rows * columns)));
  const taps = range(reach(size[0]!, dilations[0]!)).flatMap(row =>
    range(reach(size[1]!, dilations[1]!)).map(column =>
      row % dilations[0]! === 0 && column % dilations[1]! === 0 ? 1 : 0,
    ),
  );
  const filter = known('real', [reach(size[0]!, dilations[0]!), reach(size[1]!, dilations[1]!), 1, 1], taps);
  return apply(x, tensor => {
    const [batch, channels] = tensor.shape as [number, number];
    const sums = tf.conv2d(
      tf.reshape(tensor, [batch * channels, 1, height, width]) as tf.Tensor4D,
      computed(filter).tensor as tf.Tensor4D,
      strides as [number, number],
      [[0, 0], [0, 0], ...all] as never,
      'NCHW',
    );
    const means = tf.mul(sums, computed(known('real', [1, 1, ...counts], shares)).tensor);
    return tf.reshape(means, [batch, channels, ...counts]);
  });
};

const LEAST = -3.4028234663852886e38;

const maximum: Operator = call => {
  if (call.node.outputs.length > 1) throw new Refusal('the places of its maxima are not supported');
  const { size, strides, dilations, counts, all } = placesOf(call);
  return apply(call.input(0), tensor => {
    const padded = all.flat().some(count => count > 0)
      ? tf.pad(tensor, [[0, 0], [0, 0], ...all] as [number, number][], LEAST)
      : tensor;
    const at = (image: Tensor, axis: number, tap: number) => {
      const places = range(counts[axis]!).map(place => place * strides[axis]! + tap * dilations[axis]!);
      return tf.gather(image, tf.tensor1d(places, 'int32'), axis + 2);
    };
    const best = (image: Tensor, axis: number) =>
      range(size[axis]!)
        .map(tap => at(image, axis, tap))
        .reduce((a, b) => tf.where(tf.greaterEqual(a, b), a, b));
    return best(best(padded, 0), 1);
  });
};

/** Over all pixels. */
const overall =
  (f: (x: Tensor, axes: number[]) => Tensor): Operator =>
  call =>
    apply(call.input(0), x =>
      f(
        x,
        range(x.rank).filter(axis => axis > 1),
      ),
    );

export const poolingOperators: OperatorTable = {
  AveragePool: average,
  MaxPool: maximum,
  GlobalAveragePool: overall((x, axes) => tf.mean(x, axes, true)),
  GlobalMaxPool: overall((x, axes) => tf.max(x, axes, true)),
};
