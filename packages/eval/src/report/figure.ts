// The paper's figure 2: a column per pair, a row per kind of image.
import type { FigureRow } from '@blind-demod/picture/plots';
import type { JudgedImages } from './judgement.js';

/** The rows of figure 2, and the refined signal, which the paper does not have. */
export function figure2(pairs: readonly JudgedImages[]): FigureRow[] {
  return [
    { label: 'observation y', images: pairs.map(({ observation }) => observation) },
    { label: 'recovered signal', images: pairs.map(({ estimates }) => estimates.generator) },
    { label: 'refined signal', images: pairs.map(({ estimates }) => estimates.refined) },
    { label: 'true signal', images: pairs.map(({ truth }) => truth.signal) },
    { label: 'recovered distortion', images: pairs.map(({ estimates }) => estimates.distortion) },
    { label: 'true distortion', images: pairs.map(({ truth }) => truth.distortion) },
  ];
}

/** Figure 2, and the signal of the paper's solver above this solver's, where there is one. */
export function figure2WithPaper(pairs: readonly JudgedImages[]): FigureRow[] {
  const [observation, ...rows] = figure2(pairs);
  const images = pairs.flatMap(({ paper }) => paper ?? []);
  return [
    observation!,
    ...(images.length > 0 ? [{ label: 'the paper’s solver: signal', images }] : []),
    ...rows,
  ];
}
