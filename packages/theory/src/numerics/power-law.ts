// Straight lines on logarithmic axes.
import { mean } from '@blind-demod/arrays';

/** y = factor · x^exponent. */
export interface PowerLaw {
  readonly exponent: number;
  readonly factor: number;
}

/** The least-squares line through (log x, log y). @throws TypeError unless all are positive and two x differ */
export function fitPowerLaw(points: readonly { readonly x: number; readonly y: number }[]): PowerLaw {
  if (new Set(points.map(({ x }) => x)).size < 2 || points.some(({ x, y }) => !(x > 0 && y > 0))) {
    throw new TypeError('expected positive points at two places or more');
  }
  const logarithms = points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) }));
  const [atX, atY] = [mean(logarithms.map(({ x }) => x)), mean(logarithms.map(({ y }) => y))];
  const exponent =
    mean(logarithms.map(({ x, y }) => (x - atX) * (y - atY))) /
    mean(logarithms.map(({ x }) => (x - atX) ** 2));
  return { exponent, factor: Math.exp(atY - exponent * atX) };
}
