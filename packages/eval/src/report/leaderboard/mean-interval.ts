// Between which numbers a mean lies.
import { mean, norm } from '@blind-demod/arrays';

const CONFIDENCE = 0.95;

/**
 * Student's interval: the mean of what the values were drawn from lies in it at a confidence of 95 %, where they are
 * normally distributed.
 *
 * @throws TypeError when there are fewer than two values.
 */
export function meanInterval(values: readonly number[]): [low: number, high: number] {
  const count = values.length;
  if (count < 2) throw new TypeError(`expected two values or more, got ${count}`);
  const middle = mean(values);
  const deviation = norm(values.map(value => value - middle)) / Math.sqrt(count - 1);
  const half = (quantileOfT(count - 1) * deviation) / Math.sqrt(count);
  return [middle - half, middle + half];
}

/** The t that |t| is below at the confidence, by bisection. */
export function quantileOfT(freedom: number): number {
  let [low, high] = [0, 1e3];
  while (high - low > 1e-9 * high) {
    const middle = (low + high) / 2;
    if (centralProbability(middle, freedom) < CONFIDENCE) low = middle;
    else high = middle;
  }
  return high;
}

/** The probability that |t| is below a value: Abramowitz and Stegun, 26.7.3 and 26.7.4. */
function centralProbability(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const squared = Math.cos(angle) ** 2;
  const isOdd = freedom % 2 === 1;
  // 1 + ½ cos² + (1·3)/(2·4) cos⁴ + …, or cos + 2/3 cos³ + …, to the power of freedom − 2.
  let term = isOdd ? Math.cos(angle) : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let power = isOdd ? 3 : 2; power <= freedom - 2; power += 2) {
    term *= (squared * (power - 1)) / power;
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}
