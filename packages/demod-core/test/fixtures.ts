// Planted problems: observations whose factors are known.
import { type Float32NdArray, float32, randomStream } from '@blind-demod/arrays';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Denoiser } from '../src/denoiser.js';
import { type GenerativePrior, imagesOf, randomReluPrior } from '../src/prior.js';
import { PAPER_SOLVER, type SolverSettings } from '../src/settings.js';

export function settings(changes: Partial<SolverSettings> = {}): SolverSettings {
  return { ...PAPER_SOLVER, ...changes };
}

export const normals = (name: string, ...shape: number[]): Float32NdArray =>
  float32(shape, randomStream(1, 'planted', name).normals(shape.reduce((a, b) => a * b, 1)));

/** Two random expansive networks of Theorem 2. */
export function randomPriors(seed: number, widths: readonly number[] = [10, 100, 1000]) {
  return {
    signal: randomReluPrior({ widths, seed, name: 'signal' }),
    distortion: randomReluPrior({ widths, seed, name: 'distortion' }),
  };
}

export interface Planted {
  readonly signal: Float32NdArray;
  readonly distortion: Float32NdArray;
  readonly observation: Float32NdArray;
}

/** One that was not trained. */
export function smallDenoiser(drawnSize = 12): Denoiser {
  const random = randomStream(1, 'denoiser');
  const layer = (out: number, from: number) => ({
    weight: float32(
      [out, from, 3, 3],
      random.normals(out * from * 9).map(value => value / (3 * Math.sqrt(from))),
    ),
    bias: float32(
      [out],
      random.normals(out).map(value => value / 10),
    ),
  });
  return { drawnSize, layers: [layer(6, 4), layer(6, 6), layer(2, 6)] };
}

/** `count` pairs of images in the range of both priors, and their products. */
export async function plant(
  priors: { signal: GenerativePrior; distortion: GenerativePrior },
  count: number,
): Promise<Planted> {
  const codes = {
    signal: normals('signal', count, priors.signal.latentDimension),
    distortion: normals('distortion', count, priors.distortion.latentDimension),
  };
  const program = await compile(
    (input: { signal: Tensor; distortion: Tensor }) => ({
      signal: imagesOf(priors.signal.forward(input.signal)),
      distortion: imagesOf(priors.distortion.forward(input.distortion)),
    }),
    codes,
    { device: 'cpu' },
  );
  const { signal, distortion } = (await program.run(codes)) as {
    signal: Float32NdArray;
    distortion: Float32NdArray;
  };
  await program.dispose();
  const observation = float32(
    signal.shape,
    signal.data.map((w, i) => w * distortion.data[i]!),
  );
  return { signal, distortion, observation };
}

/** ‖c·estimate − truth‖ / ‖truth‖ for each row, c the best scale. */
export function relativeErrors(estimate: Float32NdArray, truth: Float32NdArray): number[] {
  const size = truth.data.length / truth.shape[0]!;
  return Array.from({ length: truth.shape[0]! }, (_, row) => {
    let [ee, et, tt] = [0, 0, 0];
    for (let i = row * size; i < (row + 1) * size; i++) {
      ee += estimate.data[i]! ** 2;
      et += estimate.data[i]! * truth.data[i]!;
      tt += truth.data[i]! ** 2;
    }
    return Math.sqrt(Math.max(0, 1 - et ** 2 / (ee * tt)));
  });
}
