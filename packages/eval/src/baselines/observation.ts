// Doing nothing: the observation as the estimate of the signal. What any method must beat.
import type { Baseline } from '../comparison/method.js';

export const observation: Baseline = () => ({
  name: 'observation',
  title: 'the observation itself',
  settings: {},
  recover: async ({ observation: y, observed }) => ({
    signal: { ...y, data: y.data.map((value, pixel) => (observed?.data[pixel] === 0 ? 0 : value)) },
  }),
});
