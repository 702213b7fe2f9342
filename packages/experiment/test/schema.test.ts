import { readdir, readFile } from 'node:fs/promises';
import { FACTORS, type Factor } from '@blind-demod/arrays';
import { LEARNED_STARTS, PAPER_SOLVER, ROBUST_SOLVER, UNKNOWN_EXPOSURE } from '@blind-demod/demod-core';
import { describe, expect, test } from 'vitest';
import { type Experiment, experimentSchema, jsonSchema, loadExperiment } from '../src/index.js';

const config = (name: string) => new URL(`../../../configs/${name}`, import.meta.url).pathname;

describe('experimentSchema', () => {
  test("fills in the paper's experiment", () => {
    const { signal, distortion, solver, imageSize } = experimentSchema.parse({});
    expect(imageSize).toBe(64);
    expect(signal.network.latentDimension).toBe(100);
    expect(distortion.network.latentDimension).toBe(50);
    expect(distortion.images).toEqual({
      source: 'gaussian',
      center: [-3, 3],
      width: [20, 35],
      extent: 5,
      resolution: 28,
      sampling: 'grid',
      count: 8100,
    });
    expect(signal.training.learningRate).toBe(0.0002);
    expect(solver).toEqual(PAPER_SOLVER);
    expect(PAPER_SOLVER).toMatchObject({ iterations: 500, stepSize: 1, momentum: 0.9 });
  });

  test('fills in what a partly given part leaves out', () => {
    const { signal } = experimentSchema.parse({ signal: { training: { epochs: 3 } } });
    expect(signal.images).toEqual({ source: 'mnist' });
    expect(signal.training).toMatchObject({ epochs: 3, batchSize: 64 });
  });

  test('takes images of any size where both generators are models of their own', () => {
    const generator = { onnx: 'model.onnx' };
    const parsed = experimentSchema.parse({
      imageSize: 28,
      signal: { generator },
      distortion: { generator },
    });
    expect(parsed).toMatchObject({ imageSize: 28, signal: { generator }, distortion: { generator } });
  });

  test('parses its own output to the same', () => {
    const experiment = experimentSchema.parse({});
    expect(experimentSchema.parse(experiment)).toEqual(experiment);
  });

  test.each(['mnist', 'gaussian'])('takes %s as either factor', source => {
    const images = { source };
    const { signal, distortion } = experimentSchema.parse({ signal: { images }, distortion: { images } });
    expect(signal.images).toEqual(distortion.images);
  });
});

describe('configs', () => {
  test('default.json has the solver that the library takes with an encoder', async () => {
    const { experiment } = await loadExperiment(config('default.json'));
    expect(experiment.solver).toEqual({ ...ROBUST_SOLVER, ...LEARNED_STARTS });
  });

  test('photo.json is the same for pictures of unknown exposure, as the library takes them by itself', async () => {
    const { experiment } = await loadExperiment(config('photo.json'));
    const { paperGenerators: _, ...usual } = (await loadExperiment(config('default.json'))).experiment;
    expect(experiment).toEqual({
      ...usual,
      solver: { ...ROBUST_SOLVER, ...LEARNED_STARTS, ...UNKNOWN_EXPOSURE },
    });
  });

  test('illumination.json is the same for lights as they are met', async () => {
    const { experiment } = await loadExperiment(config('illumination.json'));
    const { paperGenerators: _, ...usual } = (await loadExperiment(config('default.json'))).experiment;
    expect(experiment).toEqual({
      ...usual,
      distortion: experiment.distortion,
      pretrained: '../models/lights',
    });
    expect(experiment.distortion.images.source).toBe('illumination');
    const trial = await loadExperiment(config('trials/illumination-by-default.json'));
    expect(trial.experiment.solver).toEqual(experiment.solver);
    expect(trial.experiment.distortion.images).toEqual(experiment.distortion.images);
  });

  test('paper.json has the data, the networks and the learning rate of the paper', async () => {
    const { experiment, name } = await loadExperiment(config('paper.json'));
    const defaults = experimentSchema.parse({});
    expect(name).toBe('paper');
    expect(experiment.imageSize).toBe(64);
    for (const factor of FACTORS) {
      const { images, network, training } = experiment[factor];
      const { outputSmoothing: _, ...architecture } = network;
      expect({ images, architecture }).toEqual({
        images: defaults[factor].images,
        architecture: defaults[factor].network,
      });
      expect(training.learningRate).toBe(0.0002);
    }
  });

  test("paper.json is robust.json with the paper's solver, which is the default one, refined as there", async () => {
    const [ours, paper] = [
      await loadExperiment(config('robust.json')),
      await loadExperiment(config('paper.json')),
    ];
    const { refinement } = ours.experiment.solver;
    const solver = { ...experimentSchema.parse({}).solver, refinement };
    expect(paper.experiment).toEqual({ ...ours.experiment, solver });
    expect(paper.experiment.solver).toMatchObject({
      iterations: 500,
      stepSize: 1,
      momentum: 0.9,
      restarts: 1,
    });
  });

  test.each(['quick.json', 'smoke.json'])('%s is valid', async file => {
    await expect(loadExperiment(config(file))).resolves.toBeDefined();
  });

  type Change = (factor: Experiment['signal'], name: Factor) => object;
  const training =
    (changes: object): Change =>
    factor => ({ training: { ...factor.training, ...changes } });
  test.each<[file: string, change: Change]>([
    ['narrow-no-average.json', training({ averageDecay: 0 })],
    ['narrow-longer-average.json', training({ averageDecay: 0.999 })],
    [
      'narrow-smoothed.json',
      ({ network }, name) => ({ network: { ...network, outputSmoothing: name === 'signal' ? 1 : 4 } }),
    ],
  ])(
    'the trial %s differs from narrow.json in what it is named after, and in nothing else',
    async (file, change) => {
      const { experiment: narrow } = await loadExperiment(config('trials/narrow.json'));
      const { experiment: trial } = await loadExperiment(config(`trials/${file}`));
      expect(trial).toEqual({
        ...narrow,
        signal: { ...narrow.signal, ...change(narrow.signal, 'signal') },
        distortion: { ...narrow.distortion, ...change(narrow.distortion, 'distortion') },
      });
    },
  );

  test('the architectures that are compared differ in architecture or objective', async () => {
    const files = await readdir(config('architectures'));
    const choices = await Promise.all(
      files.map(async file => {
        const { experiment } = await loadExperiment(config(`architectures/${file}`));
        const { signal, distortion } = experiment;
        const names = [signal, distortion].map(({ network, training }) => [
          network.architecture,
          training.objective,
        ]);
        return names.flat().join();
      }),
    );
    expect(new Set(choices).size).toBe(files.length);
    expect(files.length).toBeGreaterThanOrEqual(8);
  });

  test('the trial on spoiled digits differs from the one on clean digits in that alone', async () => {
    const { experiment: clean } = await loadExperiment(config('trials/clean.json'));
    const { experiment: ambient } = await loadExperiment(config('trials/ambient.json'));
    const training = { ...clean.signal.training, ambient: 'made' };
    expect(ambient).toEqual({ ...clean, signal: { ...clean.signal, training } });
  });

  test('every narrow trial is one of these, with 16 feature maps', async () => {
    const files = (await readdir(config('trials'))).filter(file => file.startsWith('narrow-'));
    expect(files).toHaveLength(4);
    for (const file of files) {
      const { experiment } = await loadExperiment(config(`trials/${file}`));
      expect(experiment.signal.network).toMatchObject({ generatorMaps: 16 });
    }
  });

  test('the trial with all of MNIST has six times the digits of narrow.json, a sixth as often', async () => {
    const { signal: narrow } = (await loadExperiment(config('trials/narrow.json'))).experiment;
    const { signal: trial } = (await loadExperiment(config('trials/narrow-mnist-60000.json'))).experiment;
    expect(trial.network).toEqual(narrow.network);
    const { epochs, snapshotEvery, ...rest } = trial.training;
    expect(narrow.training).toEqual({ ...rest, epochs: 6 * epochs, snapshotEvery: 4 * snapshotEvery });
    expect(trial.images).toMatchObject({ source: 'idx', count: 60_000 });
  });

  test('schema.json is current (npm run schema writes it)', async () => {
    expect(JSON.parse(await readFile(config('schema.json'), 'utf8'))).toEqual(jsonSchema());
  });

  test('schema.json describes every setting', () => {
    const undescribed: string[] = [];
    const visit = (node: unknown, path: string) => {
      if (typeof node !== 'object' || node === null) return;
      const { properties, oneOf = [] } = node as { properties?: object; oneOf?: unknown[] };
      for (const [name, setting] of Object.entries(properties ?? {})) {
        if (setting.description === undefined) undescribed.push(`${path}.${name}`);
        visit(setting, `${path}.${name}`);
      }
      for (const option of oneOf) visit(option, path);
    };
    visit(jsonSchema(), '');
    expect(undescribed).toEqual([]);
  });
});
