// Operators that resize and pad images.
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { concatKnown, expandKnown, isKnown, type Known, known, mapKnown, range } from '../known.js';
import { axisOf, type Operator, type OperatorTable } from '../operator.js';
import {
  apply,
  checkAxis,
  elementwise,
  expand,
  Refusal,
  reshape,
  shapeOf,
  take,
  type Value,
} from '../value.js';
import { mapAlong, matrixOf, type Row } from './linear-map.js';

/** One axis before and after: `scale` is what the model says, which need not be the ratio of the lengths. */
interface Scaling {
  readonly length: number;
  readonly count: number;
  readonly scale: number;
  /** The part of the axis that is shown, from 0 to 1, and beyond. */
  readonly crop: readonly [start: number, end: number];
}

/** How positions, values and borders are reckoned. */
interface Manner {
  readonly mode: string;
  readonly coordinates: string;
  readonly rounding: string;
  readonly coefficient: number;
  readonly excludesOutside: boolean;
  /** Whether, where images are made smaller, the kernel is made as much wider. */
  readonly antialias: boolean;
  /** What lies outside of the image that a crop goes beyond. */
  readonly outside: number;
}

/** Where on the axis before the entry `index` of the resized one lies. */
function positionOf(index: number, { length, count, scale, crop }: Scaling, coordinates: string): number {
  const halfPixel = (index + 0.5) / scale - 0.5;
  switch (coordinates) {
    case 'half_pixel':
      return halfPixel;
    case 'pytorch_half_pixel':
      return count > 1 ? halfPixel : 0;
    case 'half_pixel_symmetric':
      return (length / 2) * (1 - count / (scale * length)) + halfPixel;
    case 'align_corners':
      return count > 1 ? (index * (length - 1)) / (count - 1) : 0;
    case 'asymmetric':
      return index / scale;
    case 'tf_half_pixel_for_nn':
      return (index + 0.5) / scale;
    case 'tf_crop_and_resize': {
      const [start, end] = crop;
      const place = count > 1 ? start + ((end - start) * index) / (count - 1) : (start + end) / 2;
      return place * (length - 1);
    }
    default:
      throw new Refusal(`its coordinate_transformation_mode "${coordinates}" is not supported`);
  }
}

const ROUNDINGS: Readonly<Record<string, (position: number) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round_prefer_floor: position => Math.ceil(position - 0.5),
  round_prefer_ceil: position => Math.floor(position + 0.5),
};

/** Keys' kernel at a distance of at most two. */
const keys = (a: number, d: number): number =>
  d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;

/** The kernel at the four neighbours of a position that is `fraction` past the second. */
const cubic = (a: number, fraction: number): number[] =>
  [1 + fraction, fraction, 1 - fraction, 2 - fraction].map(d => keys(a, d));

/** The entries within a kernel that is wider by as much as the axis is made smaller; weights add up to one. */
function widely(position: number, { length, scale }: Scaling, manner: Manner): Row {
  const support = (manner.mode === 'linear' ? 1 : 2) / scale;
  const kernel = (d: number) => (manner.mode === 'linear' ? 1 - d : keys(manner.coefficient, d));
  const first = Math.floor(position - support) + 1;
  const taps = range(first, Math.ceil(position + support))
    .filter(number => !manner.excludesOutside || (number >= 0 && number < length))
    .map(number => [number, kernel(Math.abs(number - position) * scale)] as const);
  const sum = taps.reduce((total, [, weight]) => total + weight, 0);
  return taps.map(([number, weight]) => [Math.min(Math.max(number, 0), length - 1), weight / sum]);
}

/** The entries that an entry of the resized axis is made of. */
function neighbours(index: number, scaling: Scaling, manner: Manner): Row {
  const { length } = scaling;
  const position = positionOf(index, scaling, manner.coordinates);
  const inside = (number: number) => Math.min(Math.max(number, 0), length - 1);
  if (manner.coordinates === 'tf_crop_and_resize' && !(position >= 0 && position <= length - 1)) return [];
  if (manner.mode === 'nearest') {
    const round = ROUNDINGS[manner.rounding];
    if (!round) throw new Refusal(`its nearest_mode "${manner.rounding}" is not supported`);
    return [[inside(round(position)), 1]];
  }
  if (manner.antialias && scaling.scale < 1) return widely(position, scaling, manner);
  const low = Math.floor(position);
  if (manner.mode === 'linear') {
    return [
      [inside(low), 1 - (position - low)],
      [inside(low + 1), position - low],
    ];
  }
  const taps = cubic(manner.coefficient, position - low).map((weight, k) => [low - 1 + k, weight] as const);
  if (!manner.excludesOutside) return taps.map(([number, weight]) => [inside(number), weight]);
  const seen = taps.filter(([number]) => number >= 0 && number < length);
  const sum = seen.reduce((total, [, weight]) => total + weight, 0);
  return seen.map(([number, weight]) => [number, weight / sum]);
}

/** Images resized along the axes where there is a scaling. */
function resized(x: Value, scalings: readonly (Scaling | undefined)[], manner: Manner): Value {
  if (!['nearest', 'linear', 'cubic'].includes(manner.mode))
    throw new Refusal(`its mode "${manner.mode}" is not supported`);
  const rows = scalings.map(
    scaling => scaling && range(0, scaling.count).map(index => neighbours(index, scaling, manner)),
  );
  const repeats = rows.map((all, axis) => {
    if (!all) return 1;
    const times = scalings[axis]!.count / scalings[axis]!.length;
    const isRepeat = all.every((row, index) => row.length === 1 && row[0]![0] === Math.floor(index / times));
    return Number.isInteger(times) && isRepeat ? times : undefined;
  });
  if (repeats.every(times => times !== undefined)) return repeatEach(x, repeats);
  const image = rows.reduce<Value>((value, all, axis) => {
    return all ? mapAlong(value, axis, matrixOf(all, scalings[axis]!.length)) : value;
  }, x);
  if (manner.outside === 0 || rows.every(all => !all || all.every(row => row.length > 0))) return image;
  return elementwise(tf.add, image, borderOf(rows, manner.outside));
}

/** An array of `value` where one of the rows of some axis is empty, and 0 elsewhere; other axes are one long. */
function borderOf(rows: readonly (readonly Row[] | undefined)[], value: number): Known {
  const along = (axis: number): Known => {
    const inside = (rows[axis] ?? [[[0, 1]]]).map(row => Number(row.length > 0));
    const shape = rows.map((_, a) => (a === axis ? inside.length : 1));
    return known('real', shape, inside);
  };
  return mapKnown(
    'real',
    rows.map((_, axis) => along(axis)),
    (...inside) => (inside.includes(0) ? value : 0),
  );
}

/** Every entry so many times in a row, along each axis. */
function repeatEach(x: Value, repeats: readonly number[]): Value {
  const shape = shapeOf(x);
  const per = (one: (length: number, times: number) => number[]) =>
    shape.flatMap((length, axis) => (repeats[axis] === 1 ? [length] : one(length, repeats[axis]!)));
  const apart = reshape(
    x,
    per(length => [length, 1]),
  );
  const wide = expand(
    apart,
    per((length, times) => [length, times]),
  );
  return reshape(
    wide,
    per((length, times) => [length * times]),
  );
}

/** What a node says of the axes that it resizes. */
interface Wanted {
  readonly scales?: readonly number[] | undefined;
  readonly sizes?: readonly number[] | undefined;
  /** Where the parts that are shown start and end: the starts come first. */
  readonly crops?: readonly number[] | undefined;
  /** Of sizes that would distort the image, whether it is to be within them, or they within it. */
  readonly policy?: string;
}

/** The scaling of each axis that has one, from scales or sizes for these axes. */
function scalingsOf(
  shape: readonly number[],
  axes: readonly number[],
  { scales, sizes, crops, policy = 'stretch' }: Wanted,
): (Scaling | undefined)[] {
  const list = (scales ?? sizes)!;
  if (list.length !== axes.length || (crops && crops.length !== 2 * axes.length))
    throw new Refusal(`it has [${list}] for axes [${axes}]${crops ? `, and crops [${crops}]` : ''}`);
  const ratios = scales ?? axes.map((axis, index) => sizes![index]! / shape[axis]!);
  const common = { not_larger: Math.min(...ratios), not_smaller: Math.max(...ratios) }[policy];
  if (common === undefined && policy !== 'stretch')
    throw new Refusal(`its keep_aspect_ratio_policy "${policy}" is not supported`);
  const scalings: (Scaling | undefined)[] = shape.map(() => undefined);
  for (const [index, axis] of axes.entries()) {
    const length = shape[axis]!;
    const scale = sizes && common !== undefined ? common : ratios[index]!;
    const count = scales ? Math.floor(length * scale) : common ? Math.round(length * scale) : sizes![index]!;
    const crop = [crops?.[index] ?? 0, crops?.[index + axes.length] ?? 1] as const;
    const isWhole = crop[0] === 0 && crop[1] === 1;
    if (scale !== 1 || count !== length || !isWhole) scalings[axis] = { length, count, scale, crop };
  }
  return scalings;
}

const resize: Operator = call => {
  const x = call.input(0);
  const shape = shapeOf(x);
  const isOld = call.opset < 11;
  const given = (index: number) => {
    const numbers = call.numbers(index);
    return numbers && numbers.length > 0 ? numbers : undefined;
  };
  const [scales, sizes] = isOld ? [given(1), undefined] : [given(2), given(3)];
  if (!scales && !sizes) throw new Refusal('it has neither scales nor sizes');
  const axes = call.list('axes')?.map(axis => axisOf(axis, shape.length)) ?? [...shape.keys()];
  const coordinates = call.text('coordinate_transformation_mode', isOld ? 'asymmetric' : 'half_pixel');
  const scalings = scalingsOf(shape, axes, {
    scales,
    sizes,
    crops: coordinates === 'tf_crop_and_resize' ? given(1) : undefined,
    policy: call.text('keep_aspect_ratio_policy', 'stretch'),
  });
  return resized(x, scalings, {
    mode: call.text('mode', 'nearest'),
    coordinates,
    rounding: call.text('nearest_mode', isOld ? 'floor' : 'round_prefer_floor'),
    coefficient: call.number('cubic_coeff_a', -0.75),
    excludesOutside: call.number('exclude_outside', 0) === 1,
    antialias: call.number('antialias', 0) === 1,
    outside: call.number('extrapolation_value', 0),
  });
};

/** The operator before `Resize`. */
const upsample: Operator = call => {
  const x = call.input(0);
  const shape = shapeOf(x);
  const scales = call.settings('scales', 1);
  if (!scales) throw new Refusal('it has no scales');
  return resized(x, scalingsOf(shape, [...shape.keys()], { scales }), {
    mode: call.text('mode', 'nearest'),
    coordinates: 'asymmetric',
    rounding: 'floor',
    coefficient: -0.75,
    excludesOutside: false,
    antialias: false,
    outside: 0,
  });
};

/** Which entry a place beyond the border shows. */
const BORDERS: Readonly<Record<string, (place: number, length: number) => number>> = {
  edge: (place, length) => Math.min(Math.max(place, 0), length - 1),
  wrap: (place, length) => ((place % length) + length) % length,
  reflect: (place, length) => {
    if (length === 1) return 0;
    const period = 2 * (length - 1);
    const within = ((place % period) + period) % period;
    return Math.min(within, period - within);
  },
};

const pad: Operator = call => {
  const x = call.input(0);
  const shape = shapeOf(x);
  const pads = call.settings('pads', 1) ?? [];
  const axes = (call.numbers(3) ?? [...shape.keys()]).map(axis => axisOf(axis, shape.length));
  const mode = call.text('mode', 'constant');
  if (pads.length !== 2 * axes.length) throw new Refusal(`its pads are [${pads}] for axes [${axes}]`);
  const pairs: [number, number][] = shape.map(() => [0, 0]);
  for (const [index, axis] of axes.entries()) pairs[axis] = [pads[index]!, pads[index + axes.length]!];
  for (const [axis, pair] of pairs.entries()) if (pair.some(count => count !== 0)) checkAxis(x, axis);

  if (mode !== 'constant') return beyondBorders(x, pairs, mode);
  const kept = pairs.reduce((value: Value, [before, after], axis) => {
    const length = shape[axis]!;
    const [from, to] = [Math.max(-before, 0), length + Math.min(after, 0)];
    return take(value, axis, range(from, to));
  }, x);
  const added = pairs.map(pair => pair.map(count => Math.max(count, 0)) as [number, number]);
  if (added.flat().every(count => count === 0)) return kept;
  const value = call.number('value') ?? call.numbers(2)?.[0] ?? 0;
  if (!isKnown(kept)) return apply(kept, (tensor: Tensor) => tf.pad(tensor, added, value));
  return added.reduce<Known>((array, [before, after], axis) => {
    const border = (count: number) =>
      expandKnown(known(kept.type, [], [value]), array.shape.with(axis, count));
    return concatKnown([border(before), array, border(after)], axis);
  }, kept);
};

function beyondBorders(x: Value, pairs: readonly [number, number][], mode: string): Value {
  const border = BORDERS[mode];
  if (!border) throw new Refusal(`its mode "${mode}" is not supported`);
  return pairs.reduce((value: Value, [before, after], axis) => {
    if (before === 0 && after === 0) return value;
    const length = shapeOf(value)[axis]!;
    const numbers = range(-before, length + after).map(place => border(place, length));
    if (isKnown(value)) return take(value, axis, numbers);
    return mapAlong(
      value,
      axis,
      matrixOf(
        numbers.map(number => [[number, 1]]),
        length,
      ),
    );
  }, x);
}

export const resampleOperators: OperatorTable = { Resize: resize, Upsample: upsample, Pad: pad };
