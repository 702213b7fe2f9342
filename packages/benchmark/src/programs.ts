// The programs whose speed is measured, on 64×64 images and with inputs made up.
import { type Float32NdArray, float32, randomStream } from '@blind-demod/arrays';
import {
  type Batch,
  type Generator,
  generatorPrior,
  initialState,
  networksOf,
  planOf,
  type TrainingState,
  trainingStep,
} from '@blind-demod/dcgan';
import { type GenerativePrior, imagesOf, iterate } from '@blind-demod/demod-core';
import { experimentSchema } from '@blind-demod/experiment';
import type { ArraysOf } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** A pure function of tensors, and an input for it. */
export interface Program {
  fn(input: unknown): unknown;
  readonly input: ArraysOf<unknown>;
  /** Whether it is run several times at once where it is used. */
  readonly several?: boolean;
}

export interface Size {
  /** Base feature maps of the networks. */
  readonly maps: number;
  /** Images per training step, problems per iteration of Algorithm 1. */
  readonly batch: number;
}

/** How a generator becomes a prior: the order of an image's axes is an engine's own affair. */
type ToPrior = (generator: Generator) => GenerativePrior;

const SIDE = 64;
/** Large enough that handing its matrices over costs nothing beside it. */
const PRODUCT = 1536;
const LATENT = { signal: 100, distortion: 50 };

/** By title; the first is what the others are measured by: the most that the machine can be expected to do. */
export const PROGRAMS = {
  'matrix product 1536³': matrixProduct,
  'training step': training,
  'Algorithm 1 iteration': iteration,
  'generator forward': forward,
} satisfies Record<string, (size: Size, toPrior: ToPrior) => Program>;
export type ProgramName = keyof typeof PROGRAMS;
export const PROGRAM_NAMES = Object.keys(PROGRAMS) as ProgramName[];
/** Those that TensorFlow.js' wasm backend has all kernels for: it lacks the gradient of a filter. */
export const WASM_PROGRAMS: readonly ProgramName[] = ['Algorithm 1 iteration', 'generator forward'];

export function makeProgram(name: ProgramName, size: Size, toPrior: ToPrior = generatorPrior): Program {
  return PROGRAMS[name](size, toPrior);
}

const program = <I>(fn: (input: I) => unknown, input: ArraysOf<I>) => ({ fn, input }) as Program;

const normals = (name: string, ...shape: number[]): Float32NdArray =>
  float32(shape, randomStream(1, 'benchmark', name).normals(shape.reduce((a, b) => a * b, 1)));

/** Of the product the greatest of each row comes back: memory for all of it would take as long as the product. */
function matrixProduct(): Program {
  return program(
    ({ a, b }: { a: Tensor; b: Tensor }) => tf.max(tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D), 1),
    { a: normals('a', PRODUCT, PRODUCT), b: normals('b', PRODUCT, PRODUCT) },
  );
}

function training({ maps, batch }: Size): Program {
  const { network, training } = experimentSchema.parse({
    signal: { network: { generatorMaps: maps, discriminatorMaps: maps } },
  }).signal;
  const networks = networksOf(network, [1, SIDE, SIDE]);
  const plan = planOf(training, networks);
  const random = randomStream(1, 'benchmark');
  const images = normals('images', batch, 1, SIDE, SIDE);
  const indices = Int32Array.from({ length: batch }, (_, image) => image);
  type Input = { state: TrainingState<Tensor>; batch: Batch<Tensor> };
  const step = program((given: Input) => trainingStep(plan, training, given.state, given.batch, 1), {
    state: initialState(networks, plan, { count: batch, random }),
    batch: { ...plan.feed({ images, indices, random }), images },
  });
  return { ...step, several: true };
}

function iteration({ maps, batch }: Size, toPrior: ToPrior): Program {
  const { solver } = experimentSchema.parse({});
  const signal = toPrior(randomGenerator('signal', maps));
  const distortion = toPrior(randomGenerator('distortion', maps));
  type Input = { observation: Tensor; state: Parameters<typeof iterate>[3] };
  return program((given: Input) => iterate(signal, distortion, given, given.state, solver), {
    observation: normals('observation', batch, ...signal.imageShape),
    state: {
      signal: { code: normals('h', batch, LATENT.signal), velocity: normals('vh', batch, LATENT.signal) },
      distortion: {
        code: normals('m', batch, LATENT.distortion),
        velocity: normals('vm', batch, LATENT.distortion),
      },
    },
  });
}

function forward({ maps, batch }: Size, toPrior: ToPrior): Program {
  const prior = toPrior(randomGenerator('signal', maps));
  return program((codes: Tensor) => imagesOf(prior.forward(codes)), normals('h', batch, LATENT.signal));
}

function randomGenerator(factor: keyof typeof LATENT, maps: number): Generator {
  const latentDimension = LATENT[factor];
  const widths = [8 * maps, 4 * maps, 2 * maps, maps, 1];
  const scaled = (part: string, deviation: number, ...shape: number[]) => {
    const { data } = normals(`${factor} ${part}`, ...shape);
    return float32(
      shape,
      data.map(value => deviation * value),
    );
  };
  return {
    architecture: 'dcgan',
    latentDimension,
    imageShape: [1, SIDE, SIDE],
    outputRange: [0, 1],
    parameters: widths.map((to, index) => {
      const from = widths[index - 1];
      const shape = from === undefined ? [latentDimension, to * 16] : [from, to, 4, 4];
      // Each output is a sum over 4 · from inputs: values stay of order one through the layers.
      const deviation = Math.sqrt(2 / (from === undefined ? latentDimension : 4 * from));
      return {
        weight: scaled(`weight ${index}`, deviation, ...shape),
        bias: scaled(`bias ${index}`, 0.1, to),
      };
    }),
  };
}
