// A network tried on a few codes, before it is trusted with the solver's.
import { type Float32NdArray, float32, norm, randomStream, UserError } from '@blind-demod/arrays';
import { compile, type Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Batching, batchingOf, type Manner } from './batching.js';
import { evaluate } from './evaluate.js';
import type { ImageNetwork } from './image.js';
import { range } from './known.js';
import { type Interval, rangeOf } from './range.js';
import { type Computed, NotLiftable } from './value.js';

/** The codes of a batch have to do with each other's images. */
export class MixedCodes extends Error {}

/** Codes on which a model is tried, if it was not written for more. */
const TRIED = 4;
/** Of the largest entry, how far rounding may move one in another batch. */
const ROUNDING = 1e-4;
/** Of a gradient, how far it may move: where a rectifier falls on the other side of zero, it jumps. */
const JUMPS = 1e-2;

/**
 * The batching of a network, which keeps what the gradient needs if that gives the same gradient as differentiating the
 * whole does, for codes as a sign check chooses them.
 *
 * @throws UserError when images or gradients are not finite; MixedCodes, or NotLiftable where the network was written
 * for a fixed batch, when an image does not follow from its code alone.
 */
export async function tried(
  { network, imageShape }: ImageNetwork,
  manner: Manner,
  device: Device,
): Promise<Batching> {
  const [keeping, whole] = [true, false].map(keeps => batchingOf(network, manner, keeps)) as [
    Batching,
    Batching,
  ];
  const written = network.batch ?? TRIED - 1;
  const count = Math.max(TRIED, written);
  const latent = network.latent;
  const rows = range(0, count).map(row => (row % 2 === 0 ? row : count + row));
  const asWritten = (codes: Tensor) => {
    const few = evaluate(network, tf.slice(codes, [0, 0], [written, latent]), 1);
    return (few.get(network.outputs[0]!) as Computed).tensor;
  };
  // Each code beside its opposite, and the images back in order.
  const apart = range(0, 2 * count).map(row => Math.floor(row / 2) + (row % 2) * count);
  const back = range(0, 2 * count).map(row => (row < count ? 2 * row : 2 * (row - count) + 1));
  const mixed = (both: Tensor) => {
    const { output } = whole.forward(tf.gather(both, tf.tensor1d(apart, 'int32')));
    return tf.gather(output, tf.tensor1d(back, 'int32'));
  };
  const trial = ({ codes, cotangent }: { codes: Tensor; cotangent: Tensor }) => {
    const both = tf.concat([codes, tf.neg(codes)]);
    const chosen = (tensor: Tensor) => tf.gather(tensor, tf.tensor1d(rows, 'int32'));
    const { output, kept } = keeping.forward(both);
    return {
      images: output,
      inOtherCompany: manner === 'at once' ? asWritten(codes) : mixed(both),
      gradient: keeping.backward(chosen(both), kept.map(chosen), cotangent),
      expected: gradient((code: Tensor) => whole.forward(code).output, chosen(both), cotangent),
    };
  };
  const input = {
    codes: normals('codes', [count, latent]),
    cotangent: normals('cotangent', [count, ...imageShape]),
  };
  const program = await compile(trial, input, { device });
  const result = await program.run(input);
  await program.dispose();
  const {
    images,
    inOtherCompany,
    gradient: found,
    expected,
  } = result as Readonly<Record<keyof typeof result, Float32NdArray>>;

  const refuse = (what: string): never => {
    throw new UserError(`${network.where}: ${what}`);
  };
  if (!images.data.every(Number.isFinite)) refuse('its images are not finite');
  if (!expected.data.every(Number.isFinite)) refuse('the gradient of its images is not finite');
  if (expected.data.every(value => value === 0))
    refuse('its images change in jumps: their gradient with respect to the code is zero everywhere');
  const largest = images.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!inOtherCompany.data.every((value, i) => Math.abs(value - images.data[i]!) <= ROUNDING * largest)) {
    if (network.batch !== undefined && manner === 'at once')
      throw new NotLiftable('its images differ in another batch');
    throw new MixedCodes(
      'the image of a code depends on the other codes of its batch; export the model with .eval()',
    );
  }
  const difference = norm(found.data.map((value, i) => value - expected.data[i]!));
  return difference <= JUMPS * norm(expected.data) ? keeping : whole;
}

/** The gradient of `f`; zeros where nothing leads to it. */
const gradient = (f: (x: Tensor) => Tensor, x: Tensor, cotangent: Tensor): Tensor =>
  tf.engine().gradients(() => f(x), [x], cotangent, true).grads[0] ?? tf.zerosLike(x);

const normals = (name: string, shape: readonly number[]): Float32NdArray =>
  float32(shape, randomStream(1, 'trial of an ONNX model', name).normals(shape.reduce((a, b) => a * b, 1)));

/** Codes whose images show the range of a network, and how many at once. */
const SAMPLES = 256;
const AT_ONCE = 16;

/** The range of a network's images: what its last nodes say or, where they say nothing, what the images of codes show. */
export async function rangeFound(
  { network }: ImageNetwork,
  batching: Batching,
  device: Device,
): Promise<Interval> {
  const told = rangeOf(network, network.outputs[0]!);
  if (told.every(Number.isFinite)) return told;
  const latent = network.latent;
  const { data } = normals('samples', [SAMPLES, latent]);
  const part = (start: number) =>
    float32([AT_ONCE, latent], data.slice(start * latent, (start + AT_ONCE) * latent));
  const extremes = (codes: Tensor) => {
    const { output } = batching.forward(codes);
    return { low: tf.min(output), high: tf.max(output) };
  };
  const program = await compile(extremes, part(0), { device });
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let start = 0; start < SAMPLES; start += AT_ONCE) {
    const found = await program.run(part(start));
    low = Math.min(low, found.low.data[0]!);
    high = Math.max(high, found.high.data[0]!);
  }
  await program.dispose();
  return [Number.isFinite(told[0]) ? told[0] : low, Number.isFinite(told[1]) ? told[1] : high];
}
