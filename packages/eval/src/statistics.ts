// What a set of numbers is like, in three numbers.
import { quantile } from '@blind-demod/experiment';

export interface Distribution {
  readonly median: number;
  readonly percentile10: number;
  readonly mean: number;
}

/** @throws TypeError when there are no numbers */
export function distribution(values: readonly number[]): Distribution {
  return {
    median: quantile(values, 0.5),
    percentile10: quantile(values, 0.1),
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
  };
}
