// Seeded random numbers: any number of independent streams, each found again by its name.

import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { sha256 } from '#sha256';

export interface RandomStream {
  /** Uniform in [0, 1), 53 random bits. */
  uniform(): number;
  /** Uniform among 0, 1, …, limit − 1. */
  integer(limit: number): number;
  /** Standard normal. */
  normal(): number;
  /** `count` standard normals. */
  normals(count: number): Float32Array;
  /** `count` uniforms in [0, 1), 24 random bits each, so that none rounds up to 1. */
  uniforms(count: number): Float32Array;
  /** 0, 1, …, count − 1 in random order. */
  permutation(count: number): Int32Array;
}

/**
 * The stream of this name. The same seed and name always give the same numbers, on every machine, and
 * different names independent ones; so work that is resumed, or done in another order, asks for its numbers
 * by name (`randomStream(seed, 'signal', 'noise', step)`) and needs no generator state.
 */
export function randomStream(seed: number, ...name: (string | number)[]): RandomStream {
  const generator = xoroshiro128plusFromState(firstWords(sha256(JSON.stringify([seed, ...name]))));
  let spare: number | undefined;

  /** Two normals at a time, by Box and Muller's transform; 1 − u lies in (0, 1], where the logarithm is finite. */
  const drawTwo = (into: Float32Array | Float64Array, index: number): void => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(generator)));
    const angle = 2 * Math.PI * uniformFloat64(generator);
    into[index] = radius * Math.cos(angle);
    into[index + 1] = radius * Math.sin(angle);
  };
  const two = new Float64Array(2);

  const stream: RandomStream = {
    uniform: () => uniformFloat64(generator),
    integer: limit => {
      if (!(Number.isSafeInteger(limit) && limit > 0)) {
        throw new TypeError(`expected a positive whole number as the limit, got ${limit}`);
      }
      return uniformInt(generator, 0, limit - 1);
    },
    normal: () => {
      if (spare !== undefined) {
        const normal = spare;
        spare = undefined;
        return normal;
      }
      drawTwo(two, 0);
      spare = two[1]!;
      return two[0]!;
    },
    normals: count => {
      // Not by a callback for each number, which takes three times as long: a step of training waits for half a million.
      const numbers = new Float32Array(count);
      let index = 0;
      if (spare !== undefined && count > 0) numbers[index++] = stream.normal();
      for (; index + 1 < count; index += 2) drawTwo(numbers, index);
      if (index < count) numbers[index] = stream.normal();
      return numbers;
    },
    uniforms: count => Float32Array.from({ length: count }, () => uniformFloat32(generator)),
    permutation: count => {
      // Fisher and Yates' shuffle.
      const order = Int32Array.from({ length: count }, (_, index) => index);
      for (let last = count - 1; last > 0; last--) {
        const other = uniformInt(generator, 0, last);
        const kept = order[last]!;
        order[last] = order[other]!;
        order[other] = kept;
      }
      return order;
    },
  };
  return stream;
}

/** The first four 32-bit numbers of a hash in hexadecimal, each with its bytes in little-endian order. */
function firstWords(hash: string): number[] {
  return [0, 1, 2, 3].map(word => {
    const bytes = [0, 1, 2, 3].map(byte => Number.parseInt(hash.slice(8 * word + 2 * byte).slice(0, 2), 16));
    return bytes.reduceRight((number, byte) => (number << 8) | byte, 0);
  });
}
