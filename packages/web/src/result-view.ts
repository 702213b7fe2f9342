// What a run found, beside the truth, with its numbers.
import { float32 } from '@blind-demod/arrays';
import { errorWhereSeen, scoreAtBestScale } from '@blind-demod/eval/metrics';
import { element } from './dom.js';
import type { Result } from './messages.js';
import { paint } from './pixels.js';
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

export function showResult(result: Result, truth: Truth): void {
  const numbers = numbersOf(result, truth);
  paint(element('truth', HTMLCanvasElement), truth.signal);
  paint(element('refined', HTMLCanvasElement), result.refined);
  paint(element('generated', HTMLCanvasElement), result.signal);
  paint(element('seen', HTMLCanvasElement), truth.observation, 'lit');
  const decibels = (value: number) => `${value.toFixed(1)} dB`;
  tell('refined-psnr', decibels(numbers.refined));
  tell('generated-psnr', decibels(numbers.generator));
  tell('seen-psnr', decibels(numbers.observation));
  tell('light-error', `${(100 * numbers.light).toFixed(1)} %`);
  tell('seconds', `${result.seconds.toFixed(1)} s`);
  const section = element('result', HTMLElement);
  section.hidden = false;
  section.dataset.objective = `${result.objective}`;
  section.dataset.refined = `${numbers.refined}`;
}

function tell(id: string, text: string): void {
  element(id, HTMLElement).textContent = text;
}
