import { float32, type NdArray, randomStream } from '@blind-demod/arrays';
import { compile, compileLoop, type Device, isNdArray, leaves, type Tree } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, inject, test } from 'vitest';
import { adamStep, initialAdam } from '../src/adam.js';
import { networksOf } from '../src/networks.js';
import { OBJECTIVES, type ObjectiveName, planOf } from '../src/objectives/index.js';
import type { Batch } from '../src/objectives/objective.js';
import type { Parameters } from '../src/parameters.js';
import { trainingSchema } from '../src/settings.js';
import { initialState, type TrainingState, trainingStep, valueAndGradient } from '../src/step.js';
import { smallExperiment, smallImages } from './fixtures.js';

const { network, training } = smallExperiment({}, { outputSmoothing: 1 }).experiment.distortion;
const networks = networksOf(network, [1, 16, 16]);
const plan = planOf(training, networks);
const state = initialState(networks, plan, { count: 4, random: randomStream(1, 'step test') });

function randomBatch(step: number): Batch<NdArray> {
  const random = randomStream(2, 'batch', step);
  const images = () => float32([4, 1, 16, 16], random.normals(1024));
  return {
    images: float32([4, 1, 16, 16], random.uniforms(1024)),
    codes: float32([4, 6], random.normals(24)),
    realNoise: images(),
    fakeNoise: images(),
  };
}

const flat = (tree: unknown) => leaves(tree as Tree<NdArray>, isNdArray);

/** The state after some steps, and the losses of the last. */
async function train(steps: number, device: Device) {
  const loop = await compileLoop(
    (before: TrainingState<Tensor>, batch: Batch<Tensor>) => trainingStep(plan, training, before, batch, 10),
    { state, input: randomBatch(0) },
    { device },
  );
  let losses = await loop.step(randomBatch(0));
  for (let step = 1; step < steps; step++) losses = await loop.step(randomBatch(step));
  const result = { state: await loop.state(), ...losses };
  await loop.dispose();
  return result;
}

describe('training step', () => {
  test.each(inject('devices'))('agrees on %s and js, state and losses', async device => {
    const [got, js] = [await train(3, device), await train(3, 'js')];
    const reference = new Map(flat(js));
    for (const [path, { data }] of flat(got)) {
      const expected = reference.get(path)!.data;
      // Adam's first steps have the size of the learning rate whatever the gradient, and turn a rounding error of a
      // gradient near zero into a part of it: hence a tolerance of 1 % of three steps, 3 · 0.0002.
      const worst = Math.max(...data.map((value, i) => Math.abs(value - expected[i]!)));
      expect(worst, path).toBeLessThan(6e-6);
    }
  });

  test('is the same bit for bit when repeated', async () => {
    expect(flat(await train(3, 'cpu'))).toEqual(flat(await train(3, 'cpu')));
  });

  test('starts at the losses of a discriminator that cannot tell', async () => {
    const { companionLoss, generatorLoss } = await train(1, 'cpu');
    // Logits near 0: ln 2 for each of its two terms, ln 2 for the generator.
    expect(companionLoss.data[0]).toBeCloseTo(2 * Math.LN2, 1);
    expect(generatorLoss.data[0]).toBeCloseTo(Math.LN2, 1);
  });
});

describe.each([
  ...Object.keys(OBJECTIVES).map(objective => ({ objective })),
  { objective: 'non-saturating', ambient: 'made' },
  { objective: 'r1', ambient: 'made' },
])('objective %o', chosen => {
  const settings = trainingSchema.parse(chosen);
  const plan = planOf(settings, networks);
  const initial = initialState(networks, plan, { count: 4, random: randomStream(1, 'objective test') });
  // Weights larger than the initial ones, so that images and verdicts differ by more than rounding errors.
  const larger = (parameters: Parameters<NdArray>) =>
    parameters.map(layer => {
      const { shape, data } = layer.weight;
      const weight = float32(
        shape,
        (data as Float32Array).map(value => 4 * value),
      );
      return { ...layer, weight };
    });
  const [companion, generator] = [larger(initial.companion), larger(initial.generator)];
  const images = float32([4, 1, 16, 16], randomStream(1, 'images').uniforms(1024));
  const feed = plan.feed({
    images,
    indices: Int32Array.of(0, 1, 2, 3),
    random: randomStream(1, 'feed'),
    others: float32([1, 1, 16, 16], randomStream(1, 'lights').uniforms(256)),
  });
  type Loss = (moved: Parameters<Tensor>, fixed: Parameters<Tensor>, batch: Batch<Tensor>) => Tensor;
  const losses: { companion: Loss; generator: Loss } =
    'loss' in plan
      ? {
          companion: (companion, generator, batch) => plan.loss(generator, companion, batch),
          generator: (generator, companion, batch) => plan.loss(generator, companion, batch),
        }
      : { companion: plan.companionLoss, generator: plan.generatorLoss };

  test.each([
    ['companion', companion, generator],
    ['generator', generator, companion],
  ] as const)(
    'the gradient of the %s is the one that finite differences give',
    async (name, moved, fixed) => {
      const input = { moved, fixed, batch: { ...feed, images } };
      const program = await compile(
        (given: { moved: Parameters<Tensor>; fixed: Parameters<Tensor>; batch: Batch<Tensor> }) =>
          valueAndGradient(parameters => losses[name](parameters, given.fixed, given.batch), given.moved),
        input,
        { device: 'cpu' },
      );
      const { gradient } = await program.run(input);
      const place = Math.min(1, moved.length - 1);
      const { weight } = moved[place]!;
      // Along the gradient, where the loss is steepest beside its rounding errors.
      const direction = gradient[place]!.weight.data as Float32Array;
      const length = Math.hypot(...direction);
      const at = async (distance: number) => {
        const step = (weight.data as Float32Array).map((w, i) => w + (distance * direction[i]!) / length);
        const there = moved.map((layer, index) =>
          index === place ? { ...layer, weight: float32(weight.shape, step) } : layer,
        );
        return (await program.run({ ...input, moved: there })).value.data[0]!;
      };
      // Central differences. A small step, because rectifiers bend.
      const distance = 1e-3;
      const difference = (await at(distance)) - (await at(-distance));
      expect(difference / (2 * distance) / length).toBeCloseTo(1, 2);
      await program.dispose();
    },
  );
});

describe.each(Object.keys(OBJECTIVES) as ObjectiveName[])('training by %s', objective => {
  test('lowers the loss of the companion', async () => {
    const settings = trainingSchema.parse({ objective, learningRate: 0.002, schedule: 'cosine' });
    const plan = planOf(settings, networks);
    const state = initialState(networks, plan, { count: 8, random: randomStream(1, 'training test') });
    const images = float32([8, 1, 16, 16], smallImages(8).train.pixels.data.slice());
    const indices = Int32Array.from({ length: 8 }, (_, index) => index);
    const batchAt = (step: number) => ({
      ...plan.feed({ images, indices, random: randomStream(1, 'fed', step) }),
      images,
    });
    const steps = 30;
    const loop = await compileLoop(
      (before: TrainingState<Tensor>, batch: Batch<Tensor>) =>
        trainingStep(plan, settings, before, batch, steps),
      { state, input: batchAt(0) },
      { device: 'cpu' },
    );
    const losses: number[] = [];
    for (let step = 0; step < steps; step++) {
      losses.push((await loop.step(batchAt(step))).companionLoss.data[0]!);
    }
    await loop.dispose();
    const mean = (some: number[]) => some.reduce((a, b) => a + b) / some.length;
    expect(mean(losses.slice(-5))).toBeLessThan(0.95 * mean(losses.slice(0, 5)));
  });
});

test('Adam follows its formula', async () => {
  const parameters = [
    { weight: float32([2], Float32Array.of(1, -2)), bias: float32([1], Float32Array.of(0.5)) },
  ];
  const gradients = [0.3, -0.1].map(g => [
    { weight: float32([2], Float32Array.of(g, 2 * g)), bias: float32([1], Float32Array.of(-g)) },
  ]);
  let adam = { parameters, state: initialAdam(parameters) };
  const program = await compile(
    (input: {
      parameters: TrainingState<Tensor>['generator'];
      gradient: TrainingState<Tensor>['generator'];
      state: TrainingState<Tensor>['generatorAdam'];
    }) => adamStep(input.parameters, input.gradient, input.state, training),
    { ...adam, gradient: gradients[0]! },
    { device: 'cpu' },
  );
  for (const gradient of gradients) adam = (await program.run({ ...adam, gradient })) as typeof adam;

  // Kingma and Ba's Algorithm 1.
  const { learningRate, beta1, beta2 } = training;
  const after = (start: number, gradients: number[]) => {
    let [theta, m, v] = [start, 0, 0];
    gradients.forEach((g, index) => {
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g * g;
      theta -=
        (learningRate * (m / (1 - beta1 ** (index + 1)))) /
        (Math.sqrt(v / (1 - beta2 ** (index + 1))) + 1e-8);
    });
    return theta;
  };
  const [{ weight, bias }] = adam.parameters as [{ weight: NdArray; bias: NdArray }];
  expect(weight.data[0]).toBeCloseTo(after(1, [0.3, -0.1]), 6);
  expect(weight.data[1]).toBeCloseTo(after(-2, [0.6, -0.2]), 6);
  expect(bias.data[0]).toBeCloseTo(after(0.5, [-0.3, 0.1]), 6);
  expect(adam.state.step.data[0]).toBe(2);
});
