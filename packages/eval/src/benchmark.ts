// How fast the machine is used: the main programs' arithmetic per second beside that of a plain matrix product.
import { type Generator, initialState, trainingStep } from '@blind-demod/dcgan';
import { generatorPrior, imagesOf, iterate } from '@blind-demod/demod-core';
import {
  experimentSchema,
  type Float32NdArray,
  float32,
  type NdArray,
  randomStream,
} from '@blind-demod/experiment';
import { type ArraysOf, compile, countOperations, type Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

export interface BenchmarkOptions {
  /** Base feature maps of the networks. */
  readonly maps: number;
  /** Images per training step, problems per iteration of Algorithm 1. */
  readonly batch: number;
  readonly repetitions: number;
  readonly device: Device;
}

export interface BenchmarkRow {
  readonly program: string;
  /** Median over the repetitions. */
  readonly milliseconds: number;
  /** 10⁹ floating-point operations per second, by counting those of products and convolutions. */
  readonly gigaflops: number;
  /** The same as a share of the matrix product's, in this run. */
  readonly share: number;
}

interface Timed {
  readonly name: string;
  readonly operations: number;
  run(): Promise<unknown>;
}

const SIDE = 64;
const PRODUCT = 1024;
const PRODUCT_NAME = `matrix product ${PRODUCT}³`;

/**
 * Times a DCGAN training step, an iteration of Algorithm 1 and a generator's forward pass on 64×64 images, and a matrix
 * product as what the machine can do. Repetitions of all programs take turns, so that a busy moment hits all alike.
 */
export async function benchmark({
  maps,
  batch,
  repetitions,
  device,
}: BenchmarkOptions): Promise<BenchmarkRow[]> {
  const timed = [
    await matrixProduct(device),
    await training(maps, batch, device),
    await iteration(maps, batch, device),
    await forward(maps, batch, device),
  ];
  const times = timed.map((): number[] => []);
  for (let repetition = -1; repetition < repetitions; repetition++) {
    for (const [index, program] of timed.entries()) {
      const start = performance.now();
      await program.run();
      if (repetition >= 0) times[index]!.push(performance.now() - start); // the first warms up
    }
  }
  const medians = times.map(list => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]!);
  const rates = timed.map(({ operations }, index) => operations / medians[index]! / 1e6);
  return timed.map(({ name }, index) => ({
    program: name,
    milliseconds: medians[index]!,
    gigaflops: rates[index]!,
    share: rates[index]! / rates[0]!,
  }));
}

const normals = (name: string, ...shape: number[]): Float32NdArray =>
  float32(shape, randomStream(1, 'benchmark', name).normals(shape.reduce((a, b) => a * b, 1)));

async function timed<I, O>(
  name: string,
  fn: (input: I) => O,
  input: ArraysOf<I>,
  device: Device,
): Promise<Timed> {
  const program = await compile(fn, input, { device });
  return { name, operations: countOperations(fn, input), run: () => program.run(input) };
}

function matrixProduct(device: Device): Promise<Timed> {
  const input = { a: normals('a', PRODUCT, PRODUCT), b: normals('b', PRODUCT, PRODUCT) };
  return timed(
    PRODUCT_NAME,
    ({ a, b }: { a: Tensor; b: Tensor }) => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D),
    input,
    device,
  );
}

function training(maps: number, batch: number, device: Device): Promise<Timed> {
  const { network, training } = experimentSchema.parse({}).signal;
  const settings = { ...network, generatorMaps: maps, discriminatorMaps: maps };
  const input = {
    state: initialState(settings, [1, SIDE, SIDE], randomStream(1, 'benchmark')),
    batch: {
      images: normals('images', batch, 1, SIDE, SIDE),
      codes: normals('codes', batch, settings.latentDimension),
      realNoise: normals('real noise', batch, 1, SIDE, SIDE),
      fakeNoise: normals('fake noise', batch, 1, SIDE, SIDE),
    },
  };
  type Input = { state: Parameters<typeof trainingStep>[0]; batch: Parameters<typeof trainingStep>[1] };
  return timed(
    'training step',
    (given: Input) => trainingStep(given.state, given.batch, settings, training),
    input,
    device,
  );
}

function randomGenerator(name: string, latentDimension: number, maps: number): Generator {
  const widths = [8 * maps, 4 * maps, 2 * maps, maps, 1];
  const scaled = (part: string, deviation: number, ...shape: number[]): NdArray => {
    const { data } = normals(`${name} ${part}`, ...shape);
    return float32(
      shape,
      data.map(value => deviation * value),
    );
  };
  return {
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
        shift: scaled(`bias ${index}`, 0.1, to),
      };
    }),
  };
}

function iteration(maps: number, batch: number, device: Device): Promise<Timed> {
  const { solver } = experimentSchema.parse({});
  const signal = generatorPrior(randomGenerator('signal', 100, maps));
  const distortion = generatorPrior(randomGenerator('distortion', 50, maps));
  const input = {
    observation: normals('observation', batch, 1, SIDE, SIDE),
    state: {
      signalCode: normals('h', batch, 100),
      signalVelocity: normals('vh', batch, 100),
      distortionCode: normals('m', batch, 50),
      distortionVelocity: normals('vm', batch, 50),
    },
  };
  type Input = { observation: Tensor; state: Parameters<typeof iterate>[3] };
  return timed(
    'Algorithm 1 iteration',
    (given: Input) => iterate(signal, distortion, given.observation, given.state, solver),
    input,
    device,
  );
}

function forward(maps: number, batch: number, device: Device): Promise<Timed> {
  const prior = generatorPrior(randomGenerator('signal', 100, maps));
  return timed(
    'generator forward',
    (codes: Tensor) => imagesOf(prior.forward(codes)),
    normals('h', batch, 100),
    device,
  );
}
