// What is left to gain by a better distortion: the refinement, told the true one.
import { refine } from '@blind-demod/demod-core';
import type { SolverSettings } from '@blind-demod/experiment';
import type { Method } from './method.js';

/**
 * (x y + λ y) / (x² + λ) with the true x: the refinement as it is configured, but for its smoothing, of an observation
 * for which no generator drew a signal, so that y stands in for ŵ. It estimates no distortion.
 */
export function ceiling(configured: SolverSettings['refinement']): Method {
  const refinement = { ...configured, smoothing: 0 };
  return {
    name: 'ceiling',
    title: 'true distortion known',
    settings: { refinement },
    recover: async ({ observation, observed, trueDistortion }) => {
      const { signal } = refine(
        { observation, observed, signal: observation, distortion: trueDistortion },
        refinement,
      );
      return { signal };
    },
  };
}
