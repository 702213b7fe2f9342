// The least value of a convex function of one variable.

/** Where on [low, high] a convex function is least, to a billionth of the interval. */
export function leastOfConvex(value: (t: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  const closeEnough = 1e-9 * (high - low);
  let [left, right] = [low, high];
  while (right - left > closeEnough) {
    const [before, after] = [right - ratio * (right - left), left + ratio * (right - left)];
    if (value(before) < value(after)) right = after;
    else left = before;
  }
  return (left + right) / 2;
}
