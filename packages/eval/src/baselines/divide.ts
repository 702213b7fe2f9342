// The last step of every method that has a distortion: the observation divided by it, as the solver itself does.
import { refine } from '@blind-demod/demod-core';
import { type Factor, type Float32NdArray, float32 } from '@blind-demod/experiment';
import type { Observed } from '../comparison/method.js';

/** The solver's defaults, but for the smoothing, which only a generator's checkerboard needs. */
const SETTINGS = { smoothing: 0, regularisation: 1e-3, detail: 0.1 };

/** Pixels of at least this share of the highest show where the distortion was seen. */
const SEEN = 0.1;

/**
 * The solver's refinement with the estimated factors in place of its generators' images. Scaled beforehand so that the
 * distortion is at most 1 where the observation is bright, because the refinement takes values to lie in [0, 1].
 */
export function divideByDistortion(
  { observation, observed }: Observed,
  { signal, distortion }: Readonly<Record<Factor, Float32NdArray>>,
): Record<Factor, Float32NdArray> {
  const { shape, data: y } = observation;
  const length = y.length / shape[0]!;
  const scales = Array.from({ length: shape[0]! }, (_, image) => {
    const pixels = Array.from({ length }, (_, i) => image * length + i).filter(
      pixel => observed?.data[pixel] !== 0,
    );
    const brightest = pixels.reduce((highest, pixel) => Math.max(highest, y[pixel]!), 0);
    const scale = pixels
      .filter(pixel => y[pixel]! >= SEEN * brightest)
      .reduce((highest, pixel) => Math.max(highest, distortion.data[pixel]!), 0);
    return scale > 0 ? scale : 1;
  });
  const scaled = (image: Float32NdArray, scale: (index: number) => number) =>
    float32(
      shape,
      image.data.map((value, i) => value * scale(Math.floor(i / length))),
    );
  return refine(
    {
      observation,
      observed,
      signal: scaled(signal, image => scales[image]!),
      distortion: scaled(distortion, image => 1 / scales[image]!),
    },
    SETTINGS,
  );
}
