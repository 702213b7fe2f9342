// Whether failure is known: how well the confidence of a recovery tells the good ones from the bad ones.
import { mean } from '@blind-demod/arrays';
import { GOOD_PSNR } from '@blind-demod/demod-core';
import { rocArea } from './roc.js';

const BINS = 10;

/** As much of a judged pair as counts here. */
interface Judged {
  readonly scores: { readonly refined: { readonly psnr: number } };
}

export function isGood({ scores }: Judged): boolean {
  return scores.refined.psnr >= GOOD_PSNR;
}

export interface Reliability {
  /** What counts as good. */
  readonly goodRefinedPsnr: number;
  /** The share of good recoveries. */
  readonly good: number;
  /** The area under the ROC curve of the confidence; null when all are good or all are bad. */
  readonly rocArea: number | null;
}

/** Recoveries of about one confidence. */
export interface Bin {
  readonly count: number;
  /** The mean confidence in them. */
  readonly confidence: number;
  /** The share of them that is good. */
  readonly good: number;
}

/** The reliability diagram: recoveries by their confidence, in ten bins of one width; those that are empty are left out. */
export function reliabilityBins(judged: readonly (Judged & { readonly confidence: number })[]): Bin[] {
  const binOf = (confidence: number) => Math.min(BINS - 1, Math.floor(BINS * confidence));
  return [...Array(BINS).keys()].flatMap(bin => {
    const some = judged.filter(({ confidence }) => binOf(confidence) === bin);
    if (some.length === 0) return [];
    const good = some.filter(isGood).length / some.length;
    return [{ count: some.length, confidence: mean(some.map(({ confidence }) => confidence)), good }];
  });
}

/** @throws TypeError when there are no pairs */
export function reliabilityOf(judged: readonly (Judged & { readonly confidence: number })[]): Reliability {
  if (judged.length === 0) throw new TypeError('expected pairs, got none');
  const scores = judged.map(({ confidence }) => confidence);
  return {
    goodRefinedPsnr: GOOD_PSNR,
    good: judged.filter(isGood).length / judged.length,
    rocArea: rocArea(scores, index => isGood(judged[index]!)) ?? null,
  };
}
