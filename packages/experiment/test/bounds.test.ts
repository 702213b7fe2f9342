// What no machine could hold or no run could finish is refused before any work, by name.
import { expect, test } from 'vitest';
import { experimentSchema } from '../src/index.js';

test.each([
  [['signal', 'network', 'latentDimension'], 1e9],
  [['signal', 'network', 'generatorMaps'], 1e9],
  [['signal', 'images', 'count'], 1e9],
  [['distortion', 'images', 'count'], 1e8],
  [['distortion', 'images', 'resolution'], 1e6],
  [['signal', 'training', 'batchSize'], 1e9],
  [['signal', 'training', 'epochs'], 1e15],
  [['signal', 'training', 'beta1'], 1 - 1e-9], // 1 in single precision, by whose difference from 1 Adam divides
  [
    ['signal', 'network', 'outputRange'],
    [0, 1e30],
  ],
  [['solver', 'iterations'], 1e9],
  [['solver', 'restarts'], 1e9],
  [['solver', 'draws'], 1e9],
  [['solver', 'latentPenalty'], 1e300],
  [['solver', 'robustness'], 5e-324],
  [['evaluation', 'batchSize'], 1e9],
] as const)('%j cannot be %j', (path, value) => {
  const images = path[1] === 'images' ? { source: path[0] === 'signal' ? 'mnist' : 'gaussian' } : {};
  const config = path.reduceRight<object | number>(
    (inner, key) => (key === 'images' ? { [key]: { ...images, ...(inner as object) } } : { [key]: inner }),
    value as number,
  );
  const { error } = experimentSchema.safeParse(config);
  expect(error?.issues[0]?.path.slice(0, path.length)).toEqual(path);
});

test('many images of many pixels are refused, each of which is allowed', () => {
  const images = { source: 'gaussian', count: 250_000, resolution: 1000 };
  const { error } = experimentSchema.safeParse({ distortion: { images } });
  expect(error?.issues[0]?.message).toBe('expected at most 1073741824 pixels of all images together');
});
