// The two generators in the worker: as priors, and their images of given codes; and the denoiser that goes with them.
import { type Factor, type Float32NdArray, float32 } from '@blind-demod/arrays';
import { decodeDenoiser, decodeGenerator, generatorPrior } from '@blind-demod/dcgan';
import { type Codes, type Denoiser, imagesOf, type Priors } from '@blind-demod/demod-core';
import { compile, type Device, type Program } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';

export interface Generators {
  readonly priors: Priors;
  readonly device: Device;
  readonly denoiser: Denoiser | undefined;
  /** The image of one code [1, latent dimension]. */
  render(factor: Factor, code: Float32NdArray): Promise<Float32Array>;
  /** G1(h) and G2(m) as bytes, of the first row of the codes. */
  renderBoth(codes: Codes): Promise<{ signal: Uint8Array; distortion: Uint8Array }>;
}

/** @throws UserError if a file holds no generator */
export async function loadGenerators(
  files: Readonly<Record<Factor, ArrayBuffer>> & { readonly denoiser?: ArrayBuffer | undefined },
  device: Device,
): Promise<Generators> {
  const load = async (factor: Factor) => {
    const prior = generatorPrior(decodeGenerator(new Uint8Array(files[factor]), `the ${factor}’s generator`));
    const example = float32([1, prior.latentDimension], new Float32Array(prior.latentDimension));
    const program = await compile((code: Tensor) => imagesOf(prior.forward(code)), example, { device });
    return { prior, program: program as Program<Float32NdArray, Float32NdArray> };
  };
  const loaded = { signal: await load('signal'), distortion: await load('distortion') };
  const render = async (factor: Factor, code: Float32NdArray) =>
    (await loaded[factor].program.run(code)).data.slice();
  return {
    priors: [loaded.signal.prior, loaded.distortion.prior],
    device,
    denoiser: files.denoiser && decodeDenoiser(new Uint8Array(files.denoiser), 'the denoiser’s file'),
    render,
    renderBoth: async ({ signal, distortion }) => ({
      signal: toBytes(await render('signal', firstRow(signal))),
      distortion: toBytes(await render('distortion', firstRow(distortion))),
    }),
  };
}

const firstRow = ({ shape, data }: Float32NdArray): Float32NdArray =>
  float32([1, shape[1]!], data.subarray(0, shape[1]!));

/** Values in [0, 1] as bytes; the array's own conversion clips and rounds. */
export const toBytes = (image: Float32Array): Uint8Array => {
  const bytes = Uint8ClampedArray.from(image, value => 255 * value);
  return new Uint8Array(bytes.buffer);
};
