// The receiver operating characteristic: how well a score tells good cases from bad ones.

/** A threshold's two rates: of the bad cases, and of the good ones, the share that scores at least so high. */
export interface RocPoint {
  readonly falsePositives: number;
  readonly truePositives: number;
}

/**
 * The curve from (0, 0) to (1, 1), a point for each distinct score, the highest first; undefined when all cases are
 * good or all are bad.
 */
export function rocCurve(
  scores: readonly number[],
  isGood: (index: number) => boolean,
): RocPoint[] | undefined {
  const good = scores.filter((_, index) => isGood(index)).length;
  const bad = scores.length - good;
  if (good === 0 || bad === 0) return undefined;
  const descending = Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
  const curve: RocPoint[] = [{ falsePositives: 0, truePositives: 0 }];
  let found = 0;
  for (const [position, index] of descending.entries()) {
    if (isGood(index)) found++;
    const next = descending[position + 1];
    if (next !== undefined && scores[next] === scores[index]) continue;
    curve.push({ falsePositives: (position + 1 - found) / bad, truePositives: found / good });
  }
  return curve;
}

/**
 * The area under the curve: how probable it is that a good case has a higher score than a bad one, where equal scores
 * count half (the statistic of Mann and Whitney). 1 is perfect, ½ is chance; undefined without cases of both kinds.
 */
export function rocArea(scores: readonly number[], isGood: (index: number) => boolean): number | undefined {
  return rocCurve(scores, isGood)?.reduce((area, point, index, curve) => {
    const before = curve[Math.max(0, index - 1)]!;
    const width = point.falsePositives - before.falsePositives;
    return area + (width * (point.truePositives + before.truePositives)) / 2;
  }, 0);
}
