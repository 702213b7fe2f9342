// How a network is carried out on any number of codes, and what of it is kept for the gradient: tensors that have a row
// for each code, as the solver demands.
import { shapesOf } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { evaluate, gradientOf, isDifferentiable, someCodes, type Values } from './evaluate.js';
import { range } from './known.js';
import type { Network } from './network.js';
import { type Computed, Refusal } from './value.js';

/**
 * At once: all codes in one go, a network that was written for a fixed batch being lifted to theirs.
 * In groups: for networks of a fixed batch that cannot be lifted, as many codes at a time.
 */
export type Manner = 'at once' | 'in groups';

/** A network on any number of codes. */
export interface Batching {
  /** The output for codes [n, latent], and what is kept of the way there; each has n rows. */
  forward(codes: Tensor): { output: Tensor; kept: readonly Tensor[] };
  /** The gradient with respect to the codes, from what was kept. */
  backward(codes: Tensor, kept: readonly Tensor[], cotangent: Tensor): Tensor;
}

/**
 * @param keeps whether values are kept; else the way is gone again for the gradient.
 * @throws UserError, NotLiftable or Refusal when the network cannot be carried out so.
 */
export function batchingOf(network: Network, manner: Manner, keeps = true): Batching {
  return manner === 'at once' ? atOnce(network, keeps) : inGroups(network, keeps);
}

const outputOf = (network: Network, values: Values): string => {
  const name = network.outputs[0]!;
  if (!isDifferentiable(values.get(name))) throw new Refusal('its output does not depend on the code');
  return name;
};
const tensorIn = (values: Values, name: string): Tensor => (values.get(name) as Computed).tensor;

function atOnce(network: Network, keeps: boolean): Batching {
  const lift = (codes: Tensor) => codes.shape[0]! / (network.batch ?? codes.shape[0]!);
  const rows = keeps ? rowsOf(network) : new Map<string, Rows>();
  return {
    forward: codes => {
      const values = evaluate(network, codes, lift(codes));
      const kept = [...rows].map(([name, way]) => way.apart(tensorIn(values, name)));
      return { output: tensorIn(values, outputOf(network, values)), kept };
    },
    backward: (codes, kept, cotangent) => {
      const given = new Map([...rows].map(([name, way], index) => [name, way.together(kept[index]!)]));
      const values = evaluate(network, codes, lift(codes), given);
      return gradientOf(network, values, outputOf(network, values), cotangent);
    },
  };
}

/** Between a value and the same with a row for each code. */
interface Rows {
  apart(tensor: Tensor): Tensor;
  together(rows: Tensor): Tensor;
}

/** Of each value through which the gradient may go, where the codes are: on the axis that grows with their number. */
function rowsOf(network: Network): Map<string, Rows> {
  const [few, many] = [2, 3].map(count =>
    varyingShapes(network, count, count / (network.batch ?? count)),
  ) as [ReadonlyMap<string, readonly number[]>, ReadonlyMap<string, readonly number[]>];
  const rows = new Map<string, Rows>();
  for (const [name, shape] of few) {
    const other = many.get(name)!;
    const grows = shape.flatMap((length, axis) => (length === other[axis] ? [] : [axis]));
    const [axis] = grows;
    if (axis === undefined || grows.length > 1 || shape[axis]! * 3 !== other[axis]! * 2) continue;
    rows.set(name, rowsAlong(axis, shape[axis]! / 2, shape));
  }
  return rows;
}

/** The codes are the outermost part of `axis`, which is `per` long for each. */
function rowsAlong(axis: number, per: number, { length: rank }: readonly number[]): Rows {
  const others = range(0, rank).filter(a => a !== axis);
  const toFront = [axis, ...others];
  const back = toFront.map((_, a) => toFront.indexOf(a));
  const front = (tensor: Tensor) => (axis === 0 ? tensor : tf.transpose(tensor, toFront));
  return {
    apart: tensor => {
      const moved = front(tensor);
      const [length, ...rest] = moved.shape as [number, ...number[]];
      return per === 1 ? moved : tf.reshape(moved, [length / per, per, ...rest]);
    },
    together: rows => {
      const [count, ...rest] = rows.shape as [number, ...number[]];
      const moved = per === 1 ? rows : tf.reshape(rows, [count * per, ...rest.slice(1)]);
      return axis === 0 ? moved : tf.transpose(moved, back);
    },
  };
}

/** The shapes of the values through which the gradient may go, but for the code itself. */
export function varyingShapes(
  network: Network,
  count: number,
  lift: number,
): ReadonlyMap<string, readonly number[]> {
  const shapes = shapesOf(
    (codes: Tensor) => tensorsOf(network, evaluate(network, codes, lift)),
    someCodes(network, count),
  );
  return new Map(Object.entries(shapes as Record<string, readonly number[]>));
}

function tensorsOf(network: Network, values: Values): Record<string, Tensor> {
  const varying = [...values].filter(([name, value]) => name !== network.input && isDifferentiable(value));
  return Object.fromEntries(varying.map(([name, value]) => [name, (value as Computed).tensor]));
}

/** As many codes at a time as the network was written for; the last one is repeated to fill a group. */
function inGroups(network: Network, keeps: boolean): Batching {
  const size = network.batch!;
  // In a group of one, whatever there is belongs to the one code.
  const names = keeps && size === 1 ? [...varyingShapes(network, 1, 1).keys()] : [];
  const groups = (rows: Tensor): Tensor[] => {
    const count = rows.shape[0]!;
    const most = Math.ceil(count / size);
    const filled = range(0, most * size).map(row => Math.min(row, count - 1));
    const whole = filled.length === count ? rows : tf.gather(rows, tf.tensor1d(filled, 'int32'));
    return tf.split(whole, most);
  };
  const together = (parts: Tensor[], count: number): Tensor => {
    const whole = tf.concat(parts);
    const start = whole.shape.map(() => 0);
    return whole.shape[0] === count ? whole : tf.slice(whole, start, whole.shape.with(0, count));
  };
  return {
    forward: codes => {
      const all = groups(codes).map(group => evaluate(network, group, 1));
      const output = outputOf(network, all[0]!);
      return {
        output: together(
          all.map(values => tensorIn(values, output)),
          codes.shape[0]!,
        ),
        kept: names.map(name => tf.stack(all.map(values => tensorIn(values, name)))),
      };
    },
    backward: (codes, kept, cotangent) => {
      const apart = kept.map(stack => tf.unstack(stack));
      const cotangents = groups(cotangent);
      const gradients = groups(codes).map((group, index) => {
        const given = new Map(names.map((name, value) => [name, apart[value]![index]!]));
        const values = evaluate(network, group, 1, given);
        return gradientOf(network, values, outputOf(network, values), cotangents[index]!);
      });
      return together(gradients, codes.shape[0]!);
    },
  };
}
