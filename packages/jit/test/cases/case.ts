// What one row of the tables of kernel tests is, and the generators of arrays that the rows share.
import type { NdArray } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';

/** Arrays to call a kernel with, and whatever else is drawn at random: axes, strides, … */
export interface Call<Settings> {
  readonly inputs: readonly NdArray[];
  readonly settings: Settings;
}

export interface Case<Settings = unknown> {
  readonly calls: fc.Arbitrary<Call<Settings>>;
  /** The call, by public operations of TensorFlow.js. */
  readonly run: (inputs: Tensor[], settings: Settings) => Tensor | Tensor[];
  /** Whether TensorFlow.js has a gradient of the call; then that by each float32 input is compared too. */
  readonly gradient: (call: Call<Settings>) => boolean;
  /** Largest difference allowed, relative to numbers above one and absolute below. */
  readonly tolerance: number;
}

/**
 * Both devices reckon in float32, but in another order and with other approximations of exp, tanh and the like: some
 * units of the last of its 24 bits.
 */
const FLOAT32 = 2e-6;

export interface Options<Settings> {
  gradient?: boolean | ((call: Call<Settings>) => boolean);
  tolerance?: number;
  /** Which of NaN and the infinities to try: those for which the devices do not differ (see edges.test.ts). */
  nonFinite?: readonly number[] | ((call: Call<Settings>) => readonly number[]);
}

/** A row of a table. */
export function defineCase<Settings>(
  calls: fc.Arbitrary<Call<Settings>>,
  run: (inputs: Tensor[], settings: Settings) => Tensor | Tensor[],
  { gradient = true, tolerance = FLOAT32, nonFinite = NON_FINITE }: Options<Settings> = {},
): Case {
  return {
    calls: withNonFinite(calls, typeof nonFinite === 'function' ? nonFinite : () => nonFinite),
    run,
    gradient: typeof gradient === 'function' ? gradient : () => gradient,
    tolerance,
  } as Case;
}

/** A row without the calls for which `allowed` is false. */
export const only =
  (allowed: (call: Call<unknown>) => boolean) =>
  (row: Case): Case => ({ ...row, calls: row.calls.filter(allowed) });

export const INFINITE = [Infinity, -Infinity];
export const NON_FINITE = [Number.NaN, ...INFINITE];

/** The same calls, in half of them up to three of the real numbers replaced by NaN and infinities. */
const withNonFinite = <Settings>(
  calls: fc.Arbitrary<Call<Settings>>,
  nonFinite: (call: Call<Settings>) => readonly number[],
): fc.Arbitrary<Call<Settings>> =>
  fc
    .tuple(
      calls,
      fc.boolean(),
      fc.noBias(fc.array(fc.record({ place: fc.nat(), number: fc.nat(5) }), { minLength: 1, maxLength: 3 })),
    )
    .map(([call, finite, replacements]) => {
      const numbers = nonFinite(call);
      const inputs = call.inputs.map(input => ({ ...input, data: input.data.slice() }));
      const reals = inputs.filter(({ dtype, data }) => dtype === 'float32' && data.length > 0);
      if (finite || numbers.length === 0 || reals.length === 0) return call;
      for (const { place, number } of replacements) {
        const { data } = reals[place % reals.length]!;
        data[Math.floor(place / reals.length) % data.length] = numbers[number % numbers.length]!;
      }
      return { ...call, inputs };
    });

type NumberType = 'float32' | 'int32' | 'bool';

/**
 * Real numbers, none so small that products of a few of them are subnormal; every other one a quarter of a whole
 * number, so that equal numbers, zero and the edges of steps come up.
 */
export const between = (low: number, high: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: Math.ceil(low * 4), max: Math.floor(high * 4) }).map(n => n / 4),
    fc.integer({ min: Math.ceil(low * 1e4), max: Math.floor(high * 1e4) }).map(n => Math.fround(n / 1e4)),
  );
export const reals = between(-3, 3);
export const positives = between(0.05, 3);
export const integers = fc.integer({ min: -4, max: 4 });
export const truths = fc.integer({ min: 0, max: 1 });

/** Lengths of axes: short, one every now and then, and sometimes nothing. */
export const lengths = (low: number, high: number): fc.Arbitrary<number> =>
  fc.oneof(
    { arbitrary: fc.integer({ min: low, max: high }), weight: 6 },
    { arbitrary: fc.constant(0), weight: 1 },
  );

/** Shapes of the given ranks. */
export const shapes = (minimumRank = 0, maximumRank = 4): fc.Arbitrary<number[]> =>
  fc.array(lengths(1, 4), { minLength: minimumRank, maxLength: maximumRank });

/** An array of the given shape. */
export function array(
  shape: readonly number[],
  elements: fc.Arbitrary<number> = reals,
  dtype: NumberType = 'float32',
): fc.Arbitrary<NdArray> {
  const size = shape.reduce((product, length) => product * length, 1);
  return fc.array(elements, { minLength: size, maxLength: size }).map(numbers => nd(shape, numbers, dtype));
}

export function nd(
  shape: readonly number[],
  numbers: readonly number[],
  dtype: NumberType = 'float32',
): NdArray {
  const Data = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[dtype];
  return { dtype, shape, data: Data.from(numbers) };
}

/** Two or more shapes that broadcast together, of any ranks. */
export const broadcastable = (count: number): fc.Arbitrary<number[][]> =>
  shapes().chain(shape =>
    fc.tuple(
      ...Array.from({ length: count }, () =>
        fc
          .tuple(fc.nat(shape.length), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
          .map(([dropped, single]) => shape.map((size, axis) => (single[axis] ? 1 : size)).slice(dropped)),
      ),
    ),
  );

/** Calls with one array. */
export const ofOne = (
  elements?: fc.Arbitrary<number>,
  dtype?: NumberType,
  minimumRank = 0,
): fc.Arbitrary<Call<null>> =>
  shapes(minimumRank).chain(shape =>
    array(shape, elements, dtype).map(x => ({ inputs: [x], settings: null })),
  );

/** Calls with two arrays of the same type that broadcast. */
export const ofTwo = (
  left?: fc.Arbitrary<number>,
  right = left,
  dtype?: NumberType,
): fc.Arbitrary<Call<null>> =>
  broadcastable(2).chain(([a, b]) =>
    fc.tuple(array(a!, left, dtype), array(b!, right, dtype)).map(inputs => ({ inputs, settings: null })),
  );

/** Calls with one array and settings that depend on its shape. */
export const ofOneWith = <Settings>(
  settingsOf: (shape: number[]) => fc.Arbitrary<Settings>,
  {
    elements,
    dtype,
    minimumRank = 0,
    maximumRank = 4,
  }: {
    elements?: fc.Arbitrary<number>;
    dtype?: NumberType;
    minimumRank?: number;
    maximumRank?: number;
  } = {},
): fc.Arbitrary<Call<Settings>> =>
  shapes(minimumRank, maximumRank).chain(shape =>
    fc
      .tuple(array(shape, elements, dtype), settingsOf(shape))
      .map(([x, settings]) => ({ inputs: [x], settings })),
  );

/** An axis of a shape, counted from the front or (negative) from the end. */
export const axisOf = (shape: readonly number[]): fc.Arbitrary<number> =>
  fc.integer({ min: -shape.length, max: shape.length - 1 });
