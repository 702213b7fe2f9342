// How near a result is to the truth.
import { float32 } from '@blind-demod/arrays';
import { errorWhereSeen, scoreAtBestScale } from '@blind-demod/eval/metrics';
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
  const side = Math.sqrt(truth.signal.length);
  const shaped = (data: Float32Array) => float32([1, side, side], data);
  const psnr = (data: Float32Array) => scoreAtBestScale(shaped(data), shaped(truth.signal)).psnr;
  return {
    observation: psnr(truth.observation),
    generator: psnr(result.signal),
    refined: psnr(result.refined),
    light: errorWhereSeen(result.distortion, truth.distortion, truth.signal),
  };
}
