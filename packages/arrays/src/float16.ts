// Half precision (IEEE 754 binary16): the 16 bits of a number, and the number of 16 bits. By hand: Node 20 to 22 have no
// Float16Array.

const EXPONENT_BIAS = 15;
/** From here on numbers are nearer to 2^16, which is infinity, than to the largest half, 65504; as float32 bits. */
const OVERFLOW = 0x477f_f000;
const INFINITY = 0x7f80_0000;
/** The least normal half, 2^−14, as float32 bits. */
const LEAST_NORMAL = 0x3880_0000;
/** Between a float32's exponent bits and a half's, in place. */
const REBIAS = (127 - EXPONENT_BIAS) << 23;

/** Of a half: by its 5 exponent bits, the value of the last bit of its fraction. */
const UNITS = Float64Array.from({ length: 32 }, (_, exponent) => 2 ** (Math.max(exponent, 1) - 25));

/**
 * The nearest halves, ties to even, as their bits. Infinities stay what they are, and so do NaNs, but for their payload.
 *
 * @throws RangeError when a finite number rounds to infinity: 65520 and beyond.
 */
export function toHalves(numbers: Float32Array): Uint16Array {
  const bits = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  const halves = new Uint16Array(numbers.length);
  for (let index = 0; index < halves.length; index++) halves[index] = toHalf(bits[index]!, numbers[index]!);
  return halves;
}

function toHalf(bits: number, number: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fff_ffff;
  if (magnitude >= INFINITY) return sign | (magnitude === INFINITY ? 0x7c00 : 0x7e00);
  if (magnitude >= OVERFLOW) throw new RangeError(`${number} is beyond the range of float16`);
  // In doubles, adding 2^52 rounds to a whole number, ties to even: here, of units of 2^−24.
  if (magnitude < LEAST_NORMAL) return sign | (Math.abs(number) * 2 ** 24 + 2 ** 52 - 2 ** 52);
  // Just under half a unit, and the last bit that stays: carries where the rest is over a half, or it makes even.
  return sign | ((magnitude - REBIAS + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}

/** The numbers that these bits stand for, exactly. */
export function fromHalves(halves: Uint16Array): Float32Array {
  // A loop: a file has millions of them, and `from` with a function is seven times slower.
  const numbers = new Float32Array(halves.length);
  for (let index = 0; index < halves.length; index++) numbers[index] = fromHalf(halves[index]!);
  return numbers;
}

function fromHalf(half: number): number {
  const exponent = (half >>> 10) & 31;
  const fraction = half & 0x3ff;
  const sign = half & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction : fraction + 0x400) * UNITS[exponent]!;
}
