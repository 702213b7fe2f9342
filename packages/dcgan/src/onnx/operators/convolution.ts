// Convolutions and transposed convolutions of images [batch, channels, height, width].
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { perChannel } from '../../layers.js';
import { derived, isKnown, type Known, known, range } from '../known.js';
import type { Call, Operator, OperatorTable } from '../operator.js';
import { apply, computed, NotLiftable, Refusal, shapeOf, type Value } from '../value.js';
import { mapAlong, matrixOf } from './linear-map.js';
import { forLines } from './lines.js';
import { checkImages, checkLengths, halved, reach, windowOf } from './window.js';

const OIHW_TO_HWIO = [2, 3, 1, 0];

/**
 * Filters [first, second, height, width] of one group for all channels and of one step between taps: what other groups
 * have, and what lies between taps, is zero. TensorFlow.js has neither groups, nor gradients of dilated convolutions.
 */
function plainFilters(filters: Known, groups: number, [down, across]: readonly number[]): Known {
  if (groups === 1 && down === 1 && across === 1) return filters;
  return derived(filters, `${groups} groups, ${down} by ${across}`, () => {
    const [first, second, height, width] = filters.shape as [number, number, number, number];
    const shape = [first, second * groups, reach(height, down!), reach(width, across!)];
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    let from = 0;
    for (let a = 0; a < first; a++) {
      const group = Math.floor((a * groups) / first);
      for (let b = 0; b < second; b++) {
        const channel = a * shape[1]! + group * second + b;
        for (let row = 0; row < height; row++) {
          const line = (channel * shape[2]! + row * down!) * shape[3]!;
          for (let column = 0; column < width; column++)
            data[line + column * across!] = filters.data[from++]!;
        }
      }
    }
    return known('real', shape, data);
  });
}

/** The images, filters and bias of a node. */
function operandsOf(call: Call) {
  const [x, filters, bias] = [call.input(0), call.input(1), call.inputs[2]];
  checkImages(shapeOf(x));
  if (!isKnown(filters) && filters.lift !== 1) throw new NotLiftable('filters that depend on the code');
  return { x, filters, bias };
}

function filtersOf(filters: Value, groups: number, dilations: readonly number[]): Tensor {
  if (isKnown(filters)) return computed(plainFilters(filters, groups, dilations)).tensor;
  const [first, second, height, width] = filters.tensor.shape as [number, number, number, number];
  const spread = dilations.reduce<Value>((value, step, index) => withZeros(value, index + 2, step), filters);
  const apart = computed(spread).tensor;
  if (groups === 1) return apart;
  // Filters of a group for the channels of its own, and zeros for those of the others.
  const own = known('real', [groups, 1, groups, 1, 1, 1], identity(groups));
  const [down, across] = [reach(height, dilations[0]!), reach(width, dilations[1]!)];
  const wide = tf.mul(
    tf.reshape(apart, [groups, first / groups, 1, second, down, across]),
    computed(own).tensor,
  );
  return tf.reshape(wide, [first, groups * second, down, across]);
}

const identity = (size: number): number[] =>
  range(0, size ** 2).map(index => Number(index % size === Math.floor(index / size)));

/** Filters with step - 1 zeros between neighbours along an axis. */
function withZeros(filters: Value, axis: number, step: number): Value {
  if (step === 1) return filters;
  const length = shapeOf(filters)[axis]!;
  const rows = range(0, reach(length, step)).map(at => (at % step === 0 ? [[at / step, 1] as const] : []));
  return mapAlong(filters, axis, matrixOf(rows, length));
}

const withBias = (image: Tensor, bias: Value | undefined): Tensor =>
  bias ? tf.add(image, perChannel(computed(bias).tensor, image.rank)) : image;

const together = (x: Value, others: readonly (Value | undefined)[], f: (image: Tensor) => Tensor): Value => {
  const image = apply(x, f);
  return { ...image, varies: image.varies || others.some(other => other && !isKnown(other) && other.varies) };
};

const conv: Operator = call => {
  const { x, filters, bias } = operandsOf(call);
  const groups = call.number('group', 1);
  const { strides, dilations, pads } = windowOf(call, shapeOf(filters).slice(2), shapeOf(x).slice(2));
  const [channels, taken] = [shapeOf(x)[1]!, shapeOf(filters)[1]! * groups];
  if (channels !== taken)
    throw new Refusal(`its filters are for ${taken} channels, and there are ${channels}`);
  if (pads.flat().some(pad => pad < 0)) throw new Refusal('its padding is negative');
  return together(x, [filters, bias], image => {
    const filter = tf.transpose(filtersOf(filters, groups, dilations), OIHW_TO_HWIO);
    const sums = tf.conv2d(
      image as tf.Tensor4D,
      filter as tf.Tensor4D,
      strides as [number, number],
      [[0, 0], [0, 0], ...pads] as never,
      'NCHW',
    );
    return withBias(sums, bias);
  });
};

const convTranspose: Operator = call => {
  const { x, filters, bias } = operandsOf(call);
  const [, , ...size] = shapeOf(filters);
  const [, , ...small] = shapeOf(x);
  const groups = call.number('group', 1);
  const [taken, perGroup] = shapeOf(filters) as [number, number];
  if (shapeOf(x)[1] !== taken)
    throw new Refusal(`its filters are for ${taken} channels, and there are ${shapeOf(x)[1]}`);
  const channels = perGroup * groups;
  const strides = call.list('strides') ?? size.map(() => 1);
  const dilations = call.list('dilations') ?? size.map(() => 1);
  const cut = cutsOf(call, size, small, strides, dilations);
  const reached = size.map(
    (length, axis) => strides[axis]! * (small[axis]! - 1) + reach(length, dilations[axis]!),
  );
  const pads = cut.map(pair => pair.map(rows => Math.max(rows, 0)));
  const beyond = cut.map(pair => pair.map(rows => Math.max(-rows, 0)));
  const large = reached.map((length, axis) => length - pads[axis]![0]! - pads[axis]![1]!);
  return together(x, [filters, bias], image => {
    const plain = filtersOf(filters, groups, dilations);
    const batch = image.shape[0]!;
    // Of one pixel it is a matrix product.
    const isProduct = small.every(length => length === 1) && pads.flat().every(pad => pad === 0);
    const sums = isProduct
      ? tf.reshape(
          tf.matMul(
            tf.reshape(image, [batch, -1]) as tf.Tensor2D,
            tf.reshape(plain, [plain.shape[0]!, -1]) as tf.Tensor2D,
          ),
          [batch, channels, ...large],
        )
      : (tf.engine().runKernel(
          'Conv2DBackpropInput',
          { dy: image, filter: tf.transpose(plain, OIHW_TO_HWIO) },
          {
            strides,
            pad: [[0, 0], [0, 0], ...pads],
            dataFormat: 'NCHW',
            inputShape: [batch, channels, ...large],
          },
        ) as Tensor);
    const whole = beyond.flat().some(rows => rows > 0)
      ? tf.pad(sums, [[0, 0], [0, 0], ...beyond] as [number, number][])
      : sums;
    return withBias(whole, bias);
  });
};

/** How many rows and columns of all that filters reach are cut off, before and after; below zero, zeros are added. */
function cutsOf(
  call: Call,
  size: readonly number[],
  small: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): (readonly [number, number])[] {
  const autoPad = call.text('auto_pad', 'NOTSET');
  const added = call.list('output_padding') ?? size.map(() => 0);
  const given = call.list('pads') ?? size.flatMap(() => [0, 0]);
  checkLengths(size, { strides, dilations, pads: given });
  const wanted = call.list('output_shape')?.slice(-size.length);
  return size.map((length, axis) => {
    const reached = strides[axis]! * (small[axis]! - 1) + reach(length, dilations[axis]!);
    const target = wanted?.[axis] ?? (autoPad.startsWith('SAME') ? small[axis]! * strides[axis]! : undefined);
    if (target === undefined) {
      return autoPad === 'VALID'
        ? [0, -added[axis]!]
        : [given[axis]!, given[axis + size.length]! - added[axis]!];
    }
    const [before, after] = halved(
      reached + added[axis]! - target,
      autoPad === 'SAME_UPPER' ? autoPad : 'SAME_LOWER',
    );
    return [before, after - added[axis]!];
  });
}

export const convolutionOperators: OperatorTable = {
  Conv: forLines(conv),
  ConvTranspose: forLines(convTranspose),
};
