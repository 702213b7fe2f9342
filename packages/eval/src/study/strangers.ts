// Signals that a generator of digits does not know, drawn at random: the confidence is fitted to tell them.
import { type Float32NdArray, float32, gaussianBlur, type RandomStream } from '@blind-demod/arrays';

/** Draws a known signal, [side × side]. */
export type Known = () => Float32Array;
/** Draws an image, [side × side], with values from 0 to 1. */
type Kind = (known: Known, random: RandomStream, side: number) => Float32Array;

export const STRANGERS = {
  /** The left half of one, the right half of another; or the upper and the lower. */
  halves: (known, random, side) => {
    const [one, other] = [known(), known()];
    const across = random.uniform() < 0.5;
    return one.map((value, i) => ((across ? i % side : Math.floor(i / side)) < side / 2 ? value : other[i]!));
  },
  /** One in sixteen pieces, in another order. */
  pieces: (known, random, side) => {
    const image = known();
    const order = random.permutation(16);
    const piece = side / 4;
    return image.map((_, i) => {
      const [x, y] = [i % side, Math.floor(i / side)];
      const from = order[Math.floor(y / piece) * 4 + Math.floor(x / piece)]!;
      return image[(Math.floor(from / 4) * piece + (y % piece)) * side + (from % 4) * piece + (x % piece)]!;
    });
  },
  grating: (_, random, side) => {
    const [frequency, angle, phase] = [
      between(random, 0.1, 0.6),
      between(random, 0, Math.PI),
      between(random, 0, 6.3),
    ];
    return pixels(
      side,
      (x, y) => 0.5 + 0.5 * Math.sin(frequency * (x * Math.cos(angle) + y * Math.sin(angle)) + phase),
    );
  },
  spots: (_, random, side) => {
    const cloud = stretched(blurred(noise(random, side), side, between(random, 1, 4)));
    const threshold = between(random, 0.4, 0.7);
    return cloud.map(value => 1 / (1 + Math.exp(-30 * (value - threshold))));
  },
  /** Noise at all scales, as in clouds and many photographs. */
  cloud: (_, random, side) => {
    const sum = new Float32Array(side ** 2);
    for (const size of [0.7, 1.5, 3, 6, 12]) {
      for (const [i, value] of blurred(noise(random, side), side, size).entries())
        sum[i]! += value * size ** 1.9;
    }
    return stretched(sum);
  },
  shapes: (_, random, side) => {
    const ground = random.uniform() < 0.5 ? 0 : random.uniform();
    const shapes = Array.from({ length: 2 + random.integer(6) }, () => ({
      ...{ x: between(random, 0, side), y: between(random, 0, side), value: random.uniform() },
      ...{ width: between(random, 4, 20), height: between(random, 4, 20), isRound: random.uniform() < 0.5 },
    }));
    const drawn = pixels(side, (x, y) =>
      shapes.reduce((under, shape) => {
        const [dx, dy] = [(x - shape.x) / shape.width, (y - shape.y) / shape.height];
        const isIn = shape.isRound ? dx ** 2 + dy ** 2 < 1 : Math.abs(dx) < 1 && Math.abs(dy) < 1;
        return isIn ? shape.value : under;
      }, ground),
    );
    return blurred(drawn, side, 0.7);
  },
  /** Strokes of a pen that are no digit. */
  strokes: (_, random, side) => {
    const image = new Float32Array(side ** 2);
    for (let stroke = 3 + random.integer(5); stroke > 0; stroke--) {
      let [x, y] = [between(random, side / 8, (7 * side) / 8), between(random, side / 8, (7 * side) / 8)];
      let angle = between(random, 0, 2 * Math.PI);
      for (let step = 0; step < side; step++) {
        dab(image, side, Math.round(x), Math.round(y));
        [x, y, angle] = [x + Math.cos(angle), y + Math.sin(angle), angle + 0.15 * random.normal()];
      }
    }
    return blurred(image, side, 0.8);
  },
} as const satisfies Record<string, Kind>;

const between = (random: RandomStream, least: number, most: number): number =>
  least + (most - least) * random.uniform();
const noise = (random: RandomStream, side: number): Float32Array => random.normals(side ** 2);
const pixels = (side: number, value: (x: number, y: number) => number): Float32Array =>
  Float32Array.from({ length: side ** 2 }, (_, i) => value(i % side, Math.floor(i / side)));
const square = (data: Float32Array, side: number): Float32NdArray => float32([1, 1, side, side], data);
const blurred = (data: Float32Array, side: number, pixels: number): Float32Array =>
  gaussianBlur(square(data, side), pixels).data;

/** From 0 to 1. */
function stretched(data: Float32Array): Float32Array {
  const [least, most] = [Math.min(...data), Math.max(...data)];
  return data.map(value => (value - least) / (most - least || 1));
}

/** A round dot, five pixels across. */
function dab(image: Float32Array, side: number, x: number, y: number): void {
  for (let dy = -2; dy <= 2; dy++) {
    for (let dx = -2; dx <= 2; dx++) {
      const isIn = dx ** 2 + dy ** 2 <= 4 && x + dx >= 0 && x + dx < side && y + dy >= 0 && y + dy < side;
      if (isIn) image[(y + dy) * side + x + dx] = 1;
    }
  }
}
