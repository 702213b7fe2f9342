// What no machine could hold or no run could finish is refused before any work, by name.
import { expect, test } from 'vitest';
import { experimentSchema } from '../src/index.js';

/** A setting, what it cannot be, and the choice beside it that it belongs to. */
const BEYOND: [path: string[], value: unknown, beside?: object][] = [
  [['signal', 'network', 'latentDimension'], 1e9],
  [['signal', 'network', 'generatorMaps'], 1e9],
  [['signal', 'network', 'generatorMaps'], 1e9, { architecture: 'residual' }],
  [['signal', 'network', 'units'], 1e9, { architecture: 'coordinate' }],
  [['signal', 'network', 'hiddenLayers'], 1e6, { architecture: 'coordinate' }],
  [['signal', 'network', 'frequencies'], 1e6, { architecture: 'coordinate' }],
  [['signal', 'network', 'units'], 1e9, { architecture: 'polynomial' }],
  [['signal', 'network', 'degree'], 1e6, { architecture: 'polynomial' }],
  [['signal', 'network', 'widths'], [1e9], { architecture: 'expansive-relu' }],
  [['signal', 'images', 'count'], 1e9, { source: 'mnist' }],
  [['distortion', 'images', 'count'], 1e8, { source: 'gaussian' }],
  [['distortion', 'images', 'resolution'], 1e6, { source: 'gaussian' }],
  [['distortion', 'images', 'count'], 1e8, { source: 'vignette' }],
  [['distortion', 'images', 'resolution'], 1e6, { source: 'vignette' }],
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
];

test.each(BEYOND)('%j cannot be %j %j', (path, value, beside = {}) => {
  const setting = { ...beside, [path.at(-1)!]: value };
  const config = path.slice(0, -1).reduceRight<object>((inner, key) => ({ [key]: inner }), setting);
  const { error } = experimentSchema.safeParse(config);
  expect(error?.issues[0]?.path.slice(0, path.length)).toEqual(path);
});

test.each(['gaussian', 'vignette'])(
  'many %s images of many pixels are refused, each of which is allowed',
  source => {
    const images = { source, count: 250_000, resolution: 1000 };
    const { error } = experimentSchema.safeParse({ distortion: { images } });
    expect(error?.issues[0]?.message).toBe('expected at most 1073741824 pixels of all images together');
  },
);
