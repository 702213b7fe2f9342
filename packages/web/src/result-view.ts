// What a run found, beside the truth, with its numbers.
import { element } from './dom.js';
import type { Result } from './messages.js';
import { numbersOf } from './numbers.js';
import { paint } from './pixels.js';
import type { Truth } from './stage-images.js';

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
  const milliseconds = 1000 * result.iteration;
  tell(
    'iteration',
    milliseconds < 100 ? `${milliseconds.toPrecision(2)} ms` : `${result.iteration.toFixed(2)} s`,
  );
  const section = element('result', HTMLElement);
  section.hidden = false;
  section.dataset.objective = `${result.objective}`;
  section.dataset.refined = `${numbers.refined}`;
  section.dataset.seconds = `${result.seconds}`;
  section.dataset.iteration = `${result.iteration}`;
}

function tell(id: string, text: string): void {
  element(id, HTMLElement).textContent = text;
}
