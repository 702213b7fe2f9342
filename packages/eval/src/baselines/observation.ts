// Doing nothing: the observation as the signal.
import type { Baseline } from '../comparison/method.js';

export const observation: Baseline = () => ({
  name: 'observation',
  title: 'observation y',
  settings: {},
  recover: async problem => ({ signal: problem.observation }),
});
