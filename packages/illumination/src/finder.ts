// Whatever finds the light of pictures; and this project's own way to, for pictures that are there at once.

import { UserError } from '@blind-demod/arrays';
import { estimateLight } from './estimate.js';
import { renderLight } from './light.js';
import { shippedEncoder } from './model.js';
import { reduce } from './reduce.js';

/** Pictures of one size and one light, each row-major; NaN where a pixel was not seen. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  readonly planes: readonly Float32Array[];
}

export interface FoundLight {
  /** At any scale, row-major. */
  readonly light: Float32Array;
  readonly seconds: number;
  /** The expected size of its relative error over the picture, such as 0.03 for 3 %, where it is told. */
  readonly doubt?: number;
}

export interface LightFinder {
  lightOf(pictures: Planes): Promise<FoundLight>;
  close(): Promise<void>;
}

/**
 * Finds lights as `demod correct` does, by the network that comes with the project.
 *
 * @param times how often the light is asked for; as often as `demod correct` does when absent.
 * @throws UserError, by `lightOf`, when no picture shows anything
 * @example
 * const finder = await openFinder();
 * const { light, doubt } = await finder.lightOf({ width: 512, height: 512, planes: [picture] });
 * await finder.close();
 */
export async function openFinder({ times }: { times?: number } = {}): Promise<LightFinder> {
  const encoder = await shippedEncoder();
  return {
    async lightOf(pictures) {
      const start = performance.now();
      const logs = logsOf(pictures);
      if (logs.length === 0) throw new UserError('no picture shows anything');
      const { coefficients, doubt } = await estimateLight(encoder, logs, times);
      const light = renderLight(coefficients, pictures).data;
      return { light, doubt, seconds: (performance.now() - start) / 1000 };
    },
    close: () => encoder.dispose(),
  };
}

/** Pictures as the estimate sees them, without those that show nothing. */
export const logsOf = ({ width, height, planes }: Planes): Float32Array[] =>
  planes.flatMap(data => reduce({ width, height, data }, { dark: 0 })?.log ?? []);
