import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import { FAMILIES } from '@blind-demod/distortion-data';
import { afterAll, describe, expect, test } from 'vitest';
import { loadExperiment } from '../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'experiment-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'x.json');

/** The error message for a config with this content, without the file's name. */
async function complaint(content: unknown): Promise<string> {
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  const error = await loadExperiment(file).catch(error => error);
  expect(error).toBeInstanceOf(UserError);
  expect(error.message.startsWith(`${file}: `)).toBe(true);
  expect(error.message).not.toContain('\n');
  return error.message.slice(file.length + 2);
}

describe('loadExperiment', () => {
  test('keeps relative folders as written, and says what they are relative to', async () => {
    writeFileSync(
      file,
      '\uFEFF{"pretrained": "../models/x", "signal": {"images": {"source": "idx", "folder": "data"}}}',
    );
    const { experiment, root, name } = await loadExperiment(file);
    expect(experiment.pretrained).toBe('../models/x');
    expect(experiment.signal.images).toEqual({ source: 'idx', folder: 'data' });
    expect(root).toBe(folder);
    expect(name).toBe('x');
  });

  test.each([
    [
      { signal: { training: { epoch: 3 } } },
      'unknown setting "signal.training.epoch"; did you mean "epochs"?',
    ],
    [
      { signal: { network: { generatorMap: 3 } } },
      'unknown setting "signal.network.generatorMap"; did you mean "generatorMaps"?',
    ],
    [{ Solver: {} }, 'unknown setting "Solver"; did you mean "solver"?'],
    [{ split: { ratio: 1 } }, 'unknown setting "split.ratio"; known there: testFraction'],
    [
      { distortion: { images: { source: 'gaussian', centre: [-1, 1] } } },
      'unknown setting "distortion.images.centre"; did you mean "center"?',
    ],
    [
      { signal: { images: { source: 'mnist', center: [-1, 1] } } },
      'unknown setting "signal.images.center"; known there: source, count',
    ],
  ])('names a misspelt setting: %j', async (settings, expected) => {
    expect(await complaint(settings)).toBe(expected);
  });

  test.each([
    [{ seed: '1' }, '"seed": expected number, got "1"'],
    [{ seed: 0.5 }, '"seed": expected a whole number, got 0.5'],
    [{ imageSize: 28 }, '"imageSize": expected one of 16|32|64|128, got 28'],
    [
      { imageSize: 28, signal: { generator: { onnx: 'model.onnx' } } },
      '"imageSize": expected one of 16|32|64|128, got 28',
    ],
    [
      { signal: { generator: { onnx: 'model.onnx', range: [1, -1] } } },
      '"signal.generator.range": expected [low, high] with low < high, got [1,-1]',
    ],
    [
      { solver: { momentum: 1, stepSize: 0 } },
      '"solver.stepSize": expected number to be >0, got 0 (and 1 more)',
    ],
    [
      { evaluation: { images: 'some' } },
      '"evaluation.images": expected a whole number of at least 1, or "all", got "some"',
    ],
    [
      { signal: { images: {} } },
      `"signal.images.source": expected ${Object.keys(FAMILIES)
        .map(name => `'${name}'`)
        .join(' | ')}, got nothing`,
    ],
    [
      { distortion: { images: { source: 'gaussian', width: [0, 1] } } },
      '"distortion.images.width": expected positive numbers, got [0,1]',
    ],
    [
      { distortion: { images: { source: 'gaussian', count: 10 } } },
      '"distortion.images.count": expected a square number, such as 8100 = 90 × 90, because sampling is "grid", got 10',
    ],
    [
      { signal: { network: { architecture: 'vit' } } },
      expect.stringMatching(/^"signal.network.architecture": expected 'dcgan'.*, got "vit"$/),
    ],
    [[], 'the settings: expected object, got []'],
  ])('names a setting out of bounds: %j', async (settings, expected) => {
    expect(await complaint(settings)).toEqual(expected);
  });

  test.each([
    ['', 'line 1, column 1: expected a value, got the end of the text'],
    ['{\n  "seed": 1,\n}', 'line 3, column 1: expected a key in double quotes, got "}"'],
    ['{"seed": 1 "x": 2}', 'line 1, column 12: expected "," or "}", got "x"'],
    ['{"seed": 1, "seed": 2}', 'line 1, column 13: the key "seed" is given twice'],
  ])('names the place where JSON is malformed: %j', async (text, expected) => {
    expect(await complaint(text)).toBe(`not valid JSON at ${expected}`);
  });

  test('says when there is no such file', async () => {
    await expect(loadExperiment(join(folder, 'none.json'))).rejects.toThrow(
      new UserError(`${join(folder, 'none.json')}: no such file; give the path of a JSON file of settings`),
    );
    await expect(loadExperiment(folder)).rejects.toThrow('is a folder');
  });
});
