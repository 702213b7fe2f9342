// Images read at places between their pixels, and images put together from overlapping blocks.
import { elementCount } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { flat } from '../flat.js';
import { known, range } from '../known.js';
import type { Call, Operator, OperatorTable } from '../operator.js';
import { computed, elementwise, isLifted, joint, NotLiftable, Refusal, reshape, shapeOf } from '../value.js';
import { writes } from './indexing.js';
import { matrixProduct } from './product.js';
import { reach } from './window.js';

/** Where -1 and 1 are the outer edges of the border pixels, or their centres. */
const pixelOf = (place: Tensor, length: number, atCentres: boolean): Tensor =>
  atCentres ? tf.mul(tf.add(place, 1), (length - 1) / 2) : tf.sub(tf.mul(tf.add(place, 1), length / 2), 0.5);

const MODES = { bilinear: 'linear', linear: 'linear', nearest: 'nearest' } as Readonly<
  Record<string, string>
>;

/** For each place of a grid [batch, rows, columns, 2], across and down, what the image shows there. */
const gridSample: Operator = call => {
  const [image, grid] = [call.input(0), call.input(1)];
  const mode = MODES[call.text('mode', 'linear')];
  const border = call.text('padding_mode', 'zeros');
  if (!mode || !['zeros', 'border'].includes(border) || shapeOf(image).length !== 4)
    throw new Refusal(
      `its mode "${call.text('mode', 'linear')}" with padding "${border}" of [${shapeOf(image)}] is not supported`,
    );
  if (isLifted(image) || isLifted(grid)) throw new NotLiftable('places in a fixed batch');
  const [batch, channels, height, width] = shapeOf(image) as [number, number, number, number];
  const [, rows, columns] = shapeOf(grid) as [number, number, number];
  const [pixels, places] = [computed(image).tensor, computed(grid).tensor];
  const atCentres = call.number('align_corners', 0) === 1;
  const [across, down] = [width, height].map((length, axis) => {
    const place = tf.reshape(tf.slice(places, [0, 0, 0, axis], [batch, rows, columns, 1]), [
      batch,
      rows * columns,
    ]);
    const pixel = pixelOf(place, length, atCentres);
    return border === 'border' ? tf.clipByValue(pixel, 0, length - 1) : pixel;
  }) as [Tensor, Tensor];
  const lines = tf.reshape(tf.transpose(pixels, [0, 2, 3, 1]), [batch * height * width, channels]);
  const starts = tf.mul(tf.reshape(tf.range(0, batch, 1, 'float32'), [batch, 1]), height * width);
  const terms = neighbours(down, height, mode).flatMap(row =>
    neighbours(across, width, mode).map(column => {
      const numbers = flat(() =>
        tf.cast(tf.add(starts, tf.add(tf.mul(row.number, width), column.number)), 'int32'),
      );
      const weight = tf.reshape(tf.mul(row.weight, column.weight), [batch, rows * columns, 1]);
      return tf.mul(tf.gather(lines, numbers), weight);
    }),
  );
  const sums = tf.transpose(tf.addN(terms), [0, 2, 1]);
  return { ...joint([image, grid]), tensor: tf.reshape(sums, [batch, channels, rows, columns]) };
};

/** The entries along an axis on both sides of a place, or the nearest, and how much each counts: outside, nothing. */
function neighbours(place: Tensor, length: number, mode: string): { number: Tensor; weight: Tensor }[] {
  const inside = (at: Tensor) =>
    flat(() => tf.cast(tf.logicalAnd(tf.greaterEqual(at, 0), tf.lessEqual(at, length - 1)), 'float32'));
  const entry = (at: Tensor, weight: Tensor) => ({
    number: flat(() => tf.clipByValue(at, 0, length - 1)),
    weight: tf.mul(weight, inside(at)),
  });
  if (mode === 'nearest') {
    const at = flat(() => tf.round(place));
    return [entry(at, tf.onesLike(at))];
  }
  const low = flat(() => tf.floor(place));
  const fraction = tf.sub(place, low);
  return [entry(low, tf.sub(1, fraction)), entry(tf.add(low, 1), fraction)];
}

/** Grids of places by a matrix [2, 3] for each code. */
const affineGrid: Operator = call => {
  const [, , height, width, ...more] = call.numbers(1)!;
  if (more.length > 0) throw new Refusal('volumes are not supported');
  const atCentres = call.number('align_corners', 0) === 1;
  const places = (length: number) =>
    range(0, length).map(index =>
      atCentres ? (2 * index) / (length - 1) - 1 : (2 * index + 1) / length - 1,
    );
  const [across, down] = [places(width!), places(height!)];
  const points = down.flatMap(y => across.map(x => [x, y, 1]));
  const columns = known(
    'real',
    [3, points.length],
    [0, 1, 2].flatMap(axis => points.map(point => point[axis]!)),
  );
  const rows = matrixProduct(call.input(0), columns);
  const tensor = tf.transpose(computed(rows).tensor, [0, 2, 1]);
  return { ...joint([rows]), tensor: tf.reshape(tensor, [tensor.shape[0]!, height!, width!, 2]) };
};

/** Blocks [batch, channels · block, places] added up where they lie on an image, as PyTorch's fold does. */
const fold: Operator = call => {
  const [shape, block] = [call.numbers(1)!, call.numbers(2)!];
  const [batch, features] = call.shape(0) as [number, number];
  const channels = features / elementCount(block);
  const numbers = foldedOnto(call, shape, block);
  const blocks = reshape(call.input(0), [batch, channels, numbers.length]);
  const sums = writes(blocks, numbers, elementCount(shape), 0).reduce((a, b) => elementwise(tf.add, a, b));
  return reshape(sums, [batch, channels, ...shape]);
};

/** The pixel that each entry of the blocks belongs to; of those on the padding, a number behind the last. */
function foldedOnto(call: Call, shape: readonly number[], block: readonly number[]): number[] {
  if (shape.length !== 2 || block.length !== 2)
    throw new Refusal(`its image is [${shape}], of blocks [${block}]`);
  const strides = call.list('strides') ?? [1, 1];
  const dilations = call.list('dilations') ?? [1, 1];
  const pads = call.list('pads') ?? [0, 0, 0, 0];
  const counts = shape.map((length, axis) => {
    const room = length + pads[axis]! + pads[axis + 2]! - reach(block[axis]!, dilations[axis]!);
    return Math.floor(room / strides[axis]!) + 1;
  });
  const along = (axis: number, tap: number, place: number) => {
    const at = place * strides[axis]! + tap * dilations[axis]! - pads[axis]!;
    return at >= 0 && at < shape[axis]! ? at : undefined;
  };
  const [height, width] = block as [number, number];
  const [rows, columns] = counts as [number, number];
  return range(0, height * width * rows * columns).map(entry => {
    const [tap, place] = [Math.floor(entry / (rows * columns)), entry % (rows * columns)];
    const row = along(0, Math.floor(tap / width), Math.floor(place / columns));
    const column = along(1, tap % width, place % columns);
    return row === undefined || column === undefined ? elementCount(shape) : row * shape[1]! + column;
  });
}

export const samplingOperators: OperatorTable = {
  GridSample: gridSample,
  AffineGrid: affineGrid,
  Col2Im: fold,
};
