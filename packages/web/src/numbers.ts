// How near a result is to the truth.
import { atBestScale, errorWhereSeen, psnr } from '@blind-demod/arrays';
import type { Result } from './messages.js';
import type { Truth } from './stage-images.js';

export interface Numbers {
  /** PSNR in dB, at the best scale. */
  readonly observation: number;
  readonly generator: number;
  readonly refined: number;
  /** Relative error of the light where the drawing shows it. */
  readonly light: number;
}

export function numbersOf(result: Pick<Result, 'signal' | 'refined' | 'distortion'>, truth: Truth): Numbers {
  const scored = (image: Float32Array) => psnr(atBestScale(image, truth.signal), truth.signal);
  return {
    observation: scored(truth.observation),
    generator: scored(result.signal),
    refined: scored(result.refined),
    light: errorWhereSeen(result.distortion, truth.distortion, truth.signal),
  };
}
