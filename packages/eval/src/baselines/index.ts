// The methods without generators that a comparison has.
import type { Baseline } from '../comparison/method.js';
import { observation } from './observation.js';

export const BASELINES: readonly Baseline[] = [observation];
