// Where a filter or a pooling window lies on an image: strides, dilations and padding of a node.
import type { Call } from '../operator.js';
import { Refusal } from '../value.js';

export interface Window {
  /** Rows and columns of the filter. */
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Before and after, of each axis; below zero where the image is cut. */
  readonly pads: readonly (readonly [before: number, after: number])[];
}

/** How far a filter reaches along an axis. */
export const reach = (size: number, dilation: number): number => (size - 1) * dilation + 1;

/** Padding of this sum, in halves, the odd one where the node says. */
export function halved(total: number, autoPad: string): [number, number] {
  const [less, more] = [Math.floor(total / 2), Math.ceil(total / 2)];
  return autoPad === 'SAME_LOWER' ? [more, less] : [less, more];
}

/** The attributes of convolutions and pools over an image of these rows and columns. */
export function windowOf(call: Call, size: readonly number[], image: readonly number[]): Window {
  const strides = call.list('strides') ?? size.map(() => 1);
  const dilations = call.list('dilations') ?? size.map(() => 1);
  const autoPad = call.text('auto_pad', 'NOTSET');
  const given = call.list('pads') ?? size.flatMap(() => [0, 0]);
  checkLengths(size, { strides, dilations, pads: given });
  const pads = size.map((length, axis): readonly [number, number] => {
    if (autoPad === 'VALID') return [0, 0];
    if (autoPad === 'NOTSET') return [given[axis]!, given[axis + size.length]!];
    const stride = strides[axis]!;
    const count = Math.ceil(image[axis]! / stride);
    const total = (count - 1) * stride + reach(length, dilations[axis]!) - image[axis]!;
    return halved(Math.max(total, 0), autoPad);
  });
  return { size, strides, dilations, pads };
}

/** @throws Refusal where there is not a number for each axis, or two, or a step is none */
export function checkLengths(
  size: readonly number[],
  { strides, dilations, pads }: Readonly<Record<'strides' | 'dilations' | 'pads', readonly number[]>>,
): void {
  const isPlain =
    strides.length === size.length &&
    dilations.length === size.length &&
    pads.length === 2 * size.length &&
    [...strides, ...dilations, ...size].every(step => Number.isInteger(step) && step > 0);
  if (!isPlain)
    throw new Refusal(
      `its windows of [${size}] have strides [${strides}], dilations [${dilations}], pads [${pads}]`,
    );
}

export function checkImages(shape: readonly number[]): void {
  if (shape.length !== 4) throw new Refusal(`it expects [batch, channels, height, width], got [${shape}]`);
}
