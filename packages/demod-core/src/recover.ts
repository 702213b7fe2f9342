// One call for all of it: an observation and two priors in, both factors out.
import { type ByFactor, type Float32NdArray, float32 } from '@blind-demod/arrays';
import { confidenceOf } from './confidence.js';
import { type Denoiser, denoised } from './denoiser.js';
import { distortionDeviation } from './doubt.js';
import { atUnitExposure } from './levels.js';
import type { GenerativePrior } from './prior.js';
import { refine } from './refine.js';
import { LEARNED_STARTS, ROBUST_SOLVER, UNKNOWN_EXPOSURE } from './settings.js';
import { type Recovery, type SolveOptions, solve } from './solve.js';

const BY_ITSELF = { ...ROBUST_SOLVER, ...UNKNOWN_EXPOSURE };
const WITH_ENCODER = { ...BY_ITSELF, ...LEARNED_STARTS };

/** The priors of both factors, and what may be chosen besides. */
export interface RecoverOptions extends ByFactor<GenerativePrior>, Partial<SolveOptions> {
  /** One that was trained on what these priors recover. Without it the refined signal is a division alone. */
  readonly denoiser?: Denoiser | undefined;
}

/** What was found; images have the shape of the observation. */
export interface Recovered extends Recovery {
  /** The signal as the observation divided by the distortion: it keeps detail that no generator has. See `refine`. */
  readonly refined: Float32NdArray;
  /** The standard deviation of each pixel of `refined` and of `distortion`: nine in ten are within 1.645 of it. */
  readonly refinedDeviation: Float32NdArray;
  readonly distortionDeviation: Float32NdArray;
  /** The probability, [n], that the generators know the picture and the PSNR of the refined signal is at least 35 dB. */
  readonly confidence: Float32Array;
}

/**
 * Recovers both factors of an observation y = w ⊙ x, or of several, by `solve` and `refine`, and tells how far to trust them.
 *
 * @param observation one image [channels, height, width] or several [n, channels, height, width], in [0, 1], of the size
 * that the priors draw.
 * @param options `settings` are those of ROBUST_SOLVER and UNKNOWN_EXPOSURE if not given, and with an `encoder` LEARNED_STARTS, `device` is `auto`, `seed` 1: the same seed gives the same result.
 * @throws DivergedError if the search diverges, TypeError if shapes do not fit or a value is no finite number, UserError
 * if the device does not work here.
 * @see Algorithm 1 of Hand and Joshi (NeurIPS 2019), https://arxiv.org/abs/1910.04353
 * @example
 * import { float32, loadGenerators, recover, ROBUST_SOLVER } from 'blind-demod';
 *
 * const photo = float32([1, 64, 64], new Float32Array(64 ** 2).fill(0.5)); // yours
 * const settings = { ...ROBUST_SOLVER, iterations: 1, polish: 1, draws: 2, restarts: 1 }; // leave them out to have it done well
 * const { refined, distortion, confidence } = await recover(photo, { ...(await loadGenerators()), settings });
 * console.log(refined.shape, distortion.shape, confidence.length); // [ 1, 64, 64 ] [ 1, 64, 64 ] 1
 */
export async function recover(
  observation: Float32NdArray,
  {
    signal,
    distortion,
    encoder,
    denoiser,
    settings = encoder ? WITH_ENCODER : BY_ITSELF,
    device = 'auto',
    seed = 1,
    ...options
  }: RecoverOptions,
): Promise<Recovered> {
  const strange = observation.data.find(value => !Number.isFinite(value));
  if (strange !== undefined) throw new TypeError(`expected finite numbers as an observation, got ${strange}`);
  const isOne = observation.shape.length === signal.imageShape.length;
  const stacked = (image: Float32NdArray) => (isOne ? float32([1, ...image.shape], image.data) : image);
  const y = stacked(observation);
  const observed = options.observed && stacked(options.observed);
  const found = await solve(signal, distortion, y, { ...options, encoder, settings, device, seed, observed });
  const problem = { observation: atUnitExposure(y, found), ...(observed && { observed }) };
  const deviation = await distortionDeviation([signal, distortion], { ...problem, observation: y }, found, {
    ...options,
    ...{ settings, device },
  });
  const sketch = { ...problem, signal: found.signal, distortion: found.distortion };
  const refined = refine(
    {
      ...{ ...sketch, distortionDeviation: deviation },
      ...(denoiser && { denoised: await denoised(denoiser, sketch, device) }),
    },
    settings.refinement,
  );
  const unstacked = ({ data }: Float32NdArray) => float32(observation.shape, data);
  return {
    ...found,
    signal: unstacked(found.signal),
    distortion: unstacked(found.distortion),
    refined: unstacked(refined.signal),
    refinedDeviation: unstacked(refined.signalDeviation),
    distortionDeviation: unstacked(deviation),
    spread: unstacked(found.spread),
    confidence: confidenceOf(problem, { ...found, signalDeviation: refined.signalDeviation }),
  };
}
