// What a metric is: how good one estimate of one factor of one pair is, in one number.
import type { ByFactor, Float32NdArray } from '@blind-demod/arrays';

/** An estimate and what it is compared with; every image is [channels, size, size]. */
export interface Compared {
  readonly estimate: Float32NdArray;
  /** The estimate at its best scale; black where it has values that are not finite. */
  readonly scaled: Float32NdArray;
  /** The true factor. */
  readonly truth: Float32NdArray;
  /** The true signal, whichever factor is estimated. */
  readonly signal: Float32NdArray;
  /** What the method was given, with its noise. */
  readonly observation: Float32NdArray;
  /** The standard deviation of each pixel of the estimate, where the method tells it. */
  readonly deviation?: Float32NdArray | undefined;
}

/** What tells of the scores of all pairs; the share is that of the pairs where a yes or no is yes. */
export type Statistic = 'median' | 'medianInterval' | 'percentile10' | 'share';

/** The columns of a table, by their titles. */
export type Columns = Readonly<Record<string, Statistic>>;

/** A metric of the estimates of a factor. */
export interface OfFactor {
  /** Columns of the comparison's tables, where a row is a method; none where files alone tell it. */
  readonly columns: Columns;
  /** Whether scores may lack it: those that were kept before there was this metric do. */
  readonly optional?: true;
}

interface Told {
  readonly of: Partial<ByFactor<OfFactor>>;
  /** Columns of the evaluation's table, where a row is an estimate of one factor. */
  readonly columns: Columns;
  /** Of its column in csv files, after the name of the estimate. */
  readonly column: string;
  /** The name of what sums it up in metrics.json and comparison.json. */
  readonly summary: string;
  /** How its statistics are written for people; the unit comes after a space. */
  show(value: number): string;
}

/** A number of each pair, or a yes or no; undefined where it does not apply, which only an optional one may be. */
export type Metric =
  | (Told & { readonly kind: 'number'; score(compared: Compared): number | undefined })
  | (Told & { readonly kind: 'share'; score(compared: Compared): boolean });
