// The last step of every method that has a distortion: the observation divided by it, as the solver itself does.
import { type ByFactor, type Float32NdArray, float32 } from '@blind-demod/arrays';
import { refine } from '@blind-demod/demod-core';
import type { Observed } from '../method.js';

/** λ of an observation without noise, as it is for the solver. */
const REGULARISATION = 1e-3;

/** Pixels of at least this share of the highest show where the distortion was seen. */
const SEEN = 0.1;

/**
 * The solver's refinement with the estimated factors in place of its generators' images, and no smoothing. They are
 * scaled beforehand so that the distortion is at most 1 where the observation is bright, because the refinement takes
 * values to lie in [0, 1]; and where the distortion is negative on the whole, both change their sign.
 *
 * @param detail as in `refine`: how wrong the method's own signal is at edges, to weigh it against a noisy observation.
 * Each method's was chosen by the median PSNR on 24 training pairs with noise of 0.05.
 */
export function divideByDistortion(
  { observation, observed }: Observed,
  { signal, distortion }: ByFactor<Float32NdArray>,
  detail: number,
): ByFactor<Float32NdArray> {
  const { shape, data: y } = observation;
  const length = y.length / shape[0]!;
  const scales = Array.from({ length: shape[0]! }, (_, image) => {
    const pixels = Array.from({ length }, (_, i) => image * length + i);
    const seen = pixels.filter(pixel => observed?.data[pixel] !== 0);
    const brightest = seen.reduce((highest, pixel) => Math.max(highest, y[pixel]!), 0);
    const sign = Math.sign(pixels.reduce((sum, pixel) => sum + distortion.data[pixel]!, 0));
    const scale = seen
      .filter(pixel => y[pixel]! >= SEEN * brightest)
      .reduce((highest, pixel) => Math.max(highest, sign * distortion.data[pixel]!), 0);
    return scale > 0 ? sign * scale : 1;
  });
  const scaled = (image: Float32NdArray, power: 1 | -1) =>
    float32(
      shape,
      image.data.map((value, i) => value * scales[Math.floor(i / length)]! ** power),
    );
  return refine(
    { observation, observed, signal: scaled(signal, 1), distortion: scaled(distortion, -1) },
    { smoothing: 0, regularisation: REGULARISATION, detail },
  );
}
