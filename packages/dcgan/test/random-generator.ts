// A generator that was not trained, for tests of what can be done with one.
import { float32, randomStream } from '@blind-demod/arrays';
import type { Generator } from '@blind-demod/dcgan';

/** A generator of 16×16 images with random weights, of so many feature maps. */
export function randomGenerator(maps: readonly [number, number] = [6, 3]): Generator {
  const draw = (name: string, ...shape: number[]) =>
    float32(
      shape,
      randomStream(1, name)
        .normals(shape.reduce((a, b) => a * b, 1))
        .map(value => 0.3 * value),
    );
  const layer = (index: number, weight: number[], channels: number) => ({
    weight: draw(`w${index}`, ...weight),
    bias: draw(`b${index}`, channels),
  });
  const [first, second] = maps;
  return {
    architecture: 'dcgan',
    latentDimension: 5,
    imageShape: [1, 16, 16],
    outputRange: [0, 1],
    parameters: [
      layer(0, [5, first * 16], first),
      layer(1, [first, second, 4, 4], second),
      layer(2, [second, 1, 4, 4], 1),
    ],
  };
}
