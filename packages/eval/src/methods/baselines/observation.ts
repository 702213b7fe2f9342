// Doing nothing: the observation as the estimate of the signal. What any method must beat.
import type { Float32NdArray } from '@blind-demod/arrays';
import type { Baseline, Method, Observed } from '../method.js';

export const doingNothing: Method = {
  name: 'observation',
  title: 'the observation itself',
  settings: {},
  recover: async problem => ({ signal: blackWhereMissing(problem) }),
};
export const observation: Baseline = () => doingNothing;

/** y, and 0 where it is missing, whatever it holds there. */
export function blackWhereMissing({
  observation: y,
  observed,
}: Pick<Observed, 'observation' | 'observed'>): Float32NdArray {
  return { ...y, data: y.data.map((value, pixel) => (observed?.data[pixel] === 0 ? 0 : value)) };
}
