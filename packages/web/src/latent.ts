// Walks through the latent spaces: a code to begin at, and sliders along the directions that change its image most.

import ways from 'virtual:walks';
import { FACTORS, type Factor } from '@blind-demod/arrays';
import type { Client } from './client.js';
import { element, make } from './dom.js';
import { paint } from './pixels.js';
import { REACH, type Walk } from './state.js';

type Walks = Readonly<Record<Factor, Walk>>;

export class Latent {
  private walks: Walks | undefined;
  private ready = false;
  private readonly sliders: Readonly<Record<Factor, readonly HTMLInputElement[]>>;
  /** What is being rendered, and what is wanted next, of each factor. */
  private readonly rendering = { signal: false, distortion: false };
  private readonly wanted: { signal: boolean; distortion: boolean } = { signal: false, distortion: false };

  constructor(
    private readonly client: Client,
    change: (walks: Walks) => void,
  ) {
    const changed = (factor: Factor, walk: Partial<Walk>) =>
      change({ ...this.walks!, [factor]: { ...this.walks![factor], ...walk } });
    const slidersOf = (factor: Factor) => {
      const list = element(`${factor}-walk`, HTMLElement);
      return ways[factor].directions.map((_, index) => {
        const attributes = { type: 'range', min: `${-REACH}`, max: `${REACH}`, step: '0.05' };
        const slider = make('input', {
          ...attributes,
          'aria-label': `direction ${index + 1} of the ${factor}`,
        });
        slider.addEventListener('input', () => {
          const steps = this.walks![factor].steps.with(index, Number(slider.value));
          changed(factor, { steps });
        });
        list.append(slider);
        return slider;
      });
    };
    this.sliders = { signal: slidersOf('signal'), distortion: slidersOf('distortion') };
    for (const factor of FACTORS) {
      element(`${factor}-another`, HTMLButtonElement).addEventListener('click', () => {
        const { seed, steps } = this.walks![factor];
        changed(factor, { seed: (seed + 1) % 1e6, steps: steps.map(() => 0) });
      });
    }
  }

  /** The generators can be asked from now on. */
  start(): void {
    this.ready = true;
    for (const factor of FACTORS) void this.render(factor);
  }

  show(walks: Walks): void {
    const before = this.walks;
    this.walks = walks;
    for (const factor of FACTORS) {
      if (before?.[factor] === walks[factor]) continue;
      this.sliders[factor].forEach((slider, index) => {
        slider.value = `${walks[factor].steps[index] ?? 0}`;
      });
      void this.render(factor);
    }
  }

  /** Renders one code at a time; of those that are asked for meanwhile the last. */
  private async render(factor: Factor): Promise<void> {
    if (!this.ready || !this.walks) return;
    this.wanted[factor] = true;
    if (this.rendering[factor]) return;
    this.rendering[factor] = true;
    while (this.wanted[factor]) {
      this.wanted[factor] = false;
      const image = await this.client.ask('render', { factor, code: codeOf(factor, this.walks[factor]) });
      paint(
        element(`${factor}-image`, HTMLCanvasElement),
        Float32Array.from(image, value => value / 255),
        factor === 'distortion' ? 'lit' : 'white',
      );
    }
    this.rendering[factor] = false;
  }
}

/** The code that a walk's seed begins at, moved along the directions. */
export function codeOf(factor: Factor, { seed, steps }: Walk): Float32Array {
  const { starts, directions } = ways[factor];
  const code = Float32Array.from(starts[seed % starts.length]!);
  directions.forEach((direction, index) => {
    const step = steps[index] ?? 0;
    direction.forEach((value, entry) => {
      code[entry]! += step * value;
    });
  });
  return code;
}
