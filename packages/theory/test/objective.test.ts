import { inner, norm, randomStream } from '@blind-demod/arrays';
import { Matrix as Dense } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { balanced, type CodePair } from '../src/paper/code-pair.js';
import { distanceTo, hyperbolas, nearest } from '../src/paper/hyperbolas.js';
import { type ReluNetwork, randomNetwork } from '../src/paper/networks.js';
import { gradientsAt, objectiveAt, problemOf } from '../src/paper/objective.js';
import { descend } from '../src/recovery/algorithm1.js';

const random = randomStream(11, 'objective');
const code = (dimension: number) => Float64Array.from({ length: dimension }, random.normal);
const problem = problemOf(
  {
    signal: randomNetwork({ widths: [3, 12, 40, 90], seed: 1, name: 'signal' }),
    distortion: randomNetwork({ widths: [2, 15, 90], seed: 1, name: 'distortion' }),
  },
  { signal: code(3), distortion: code(2) },
);
const point: CodePair = { signal: code(3), distortion: code(2) };

/** Λ_z = Π diag(W_i … > 0) W_i as a matrix, as section 2 of the paper defines it. */
function lambda({ layers }: ReluNetwork, z: Float64Array): Dense {
  return layers.reduce((product, { rows, columns, data }) => {
    const w = Dense.from1DArray(rows, columns, [...data]).mmul(product);
    const positive = w
      .mmul(Dense.columnVector([...z]))
      .to1DArray()
      .map(v => (v > 0 ? 1 : 0));
    return Dense.diag(positive).mmul(w);
  }, Dense.eye(z.length));
}

const column = (vector: Float64Array | number[]) => Dense.columnVector([...vector]);

/** g1 = Λ1ᵀ (diag(Λ2 m)² Λ1 h − diag(Λ2 m ⊙ Λ2' m0) Λ1' h0), word for word. */
function paperG1(
  first: ReluNetwork,
  second: ReluNetwork,
  h: Float64Array,
  m: Float64Array,
  h0: Float64Array,
  m0: Float64Array,
): number[] {
  const [l1, l2, l10, l20] = [lambda(first, h), lambda(second, m), lambda(first, h0), lambda(second, m0)];
  const [x, x0] = [l2.mmul(column(m)).to1DArray(), l20.mmul(column(m0)).to1DArray()];
  const left = Dense.diag(x.map(v => v * v))
    .mmul(l1)
    .mmul(column(h));
  const right = Dense.diag(x.map((v, i) => v * x0[i]!))
    .mmul(l10)
    .mmul(column(h0));
  return l1.transpose().mmul(Dense.sub(left, right)).to1DArray();
}

describe('gradientsAt', () => {
  const { networks, truth } = problem;
  const { signal: g1, distortion: g2 } = networks;

  test('are g1 and g2 of the paper', () => {
    const { signal, distortion } = gradientsAt(problem, point);
    const [h, m, h0, m0] = [point.signal, point.distortion, truth.signal, truth.distortion];
    expect([...signal]).toEqual(paperG1(g1, g2, h, m, h0, m0).map(v => expect.closeTo(v, 10)));
    expect([...distortion]).toEqual(paperG1(g2, g1, m, h, m0, h0).map(v => expect.closeTo(v, 10)));
  });

  test('are the slopes of the objective', () => {
    const { signal } = gradientsAt(problem, point);
    signal.forEach((slope, i) => {
      const at = (step: number) =>
        objectiveAt(problem, {
          ...point,
          signal: point.signal.map((v, j) => (j === i ? v + step : v)),
        });
      expect((at(1e-6) - at(-1e-6)) / 2e-6).toBeCloseTo(slope, 7);
    });
  });

  test('on a kink are the slopes on the side asked for', () => {
    const row = g1.layers[0]!.data.subarray(0, 3);
    const h = point.signal.map((v, i) => v - (inner(row, point.signal) / inner(row, row)) * row[i]!);
    const onKink = { ...point, signal: h };
    for (const sign of [1, -1]) {
      const side = { signal: row.map(v => sign * v), distortion: new Float64Array(2) };
      const oneSided =
        (objectiveAt(problem, { ...onKink, signal: h.map((v, i) => v + 1e-7 * side.signal[i]!) }) -
          objectiveAt(problem, onKink)) /
        1e-7;
      expect(inner(gradientsAt(problem, onKink, side).signal, side.signal)).toBeCloseTo(oneSided, 6);
    }
  });

  test('vanish on the true hyperbola', () => {
    const along = {
      signal: truth.signal.map(v => 2 * v),
      distortion: truth.distortion.map(v => v / 2),
    };
    const { signal, distortion } = gradientsAt(problem, along);
    expect(norm(signal) + norm(distortion)).toBeLessThan(1e-14);
  });
});

describe('descend', () => {
  /** Algorithm 1 as the paper prints it, on the mean objective of networks whose outputs have mean square ‖z‖². */
  function paperStep({ signal: h, distortion: m }: CodePair, step: number): CodePair {
    const minus = (vector: Float64Array) => vector.map(v => -v);
    const patterns = [
      [h, m],
      [h, minus(m)],
      [minus(h), m],
      [minus(h), minus(m)],
    ] as const;
    const [first, second] = patterns.reduce((best, pair) => {
      const f = ([a, b]: readonly [Float64Array, Float64Array]) =>
        objectiveAt(problem, { signal: a, distortion: b });
      return f(pair) < f(best) ? pair : best;
    });
    const scale = 90 * 2 ** 5;
    const g1 = gradientsAt(problem, { signal: first, distortion: second }).signal;
    const newH = first.map((v, i) => v - step * scale * g1[i]!);
    const g2 = gradientsAt(problem, { signal: newH, distortion: second }).distortion;
    return balanced({ signal: newH, distortion: second.map((v, i) => v - step * scale * g2[i]!) });
  }

  test('is Algorithm 1', async () => {
    const start = { signal: Float64Array.of(-0.9, 0.3, 0.4), distortion: Float64Array.of(0.5, 0.8) };
    const settings = { iterations: 6, stepSize: 0.02, signCheck: true, balance: true };
    const { codes, objective } = await descend(problem, [start], settings, { device: 'cpu' });
    let expected: CodePair = start;
    for (let i = 1; i <= 6; i++) {
      expected = paperStep(expected, 0.02);
      const got = codes[i]![0]!;
      expect([...got.signal]).toEqual([...expected.signal].map(v => expect.closeTo(v, 4)));
      expect([...got.distortion]).toEqual([...expected.distortion].map(v => expect.closeTo(v, 4)));
    }
    const before = objectiveAt(problem, codes[5]![0]!) * 90 * 2 ** 5;
    expect(objective[5]![0]).toBeCloseTo(before, 3);
  });
});

describe('hyperbolas', () => {
  const { truth } = problem;
  const list = hyperbolas(truth, { signal: 0.3, distortion: 0.4 });

  test('pass through (h0, m0), (−ρ1 h0, m0), (h0, −ρ2 m0), (−ρ1 h0, −ρ2 m0)', () => {
    const scales = list.map(({ point: { signal, distortion } }) => [
      signal[0]! / truth.signal[0]!,
      distortion[0]! / truth.distortion[0]!,
    ]);
    expect(scales).toEqual(
      [
        [1, 1],
        [-0.3, 1],
        [1, -0.4],
        [-0.3, -0.4],
      ].map(pair => pair.map(v => expect.closeTo(v, 12))),
    );
  });

  test.each([0, 1, 2, 3])('%i: a point on it has distance zero, and it is the nearest', index => {
    const { name, point } = list[index]!;
    const along = {
      signal: point.signal.map(v => 5 * v),
      distortion: point.distortion.map(v => v / 5),
    };
    expect(distanceTo(list[index]!, along, truth)).toBeCloseTo(0, 6);
    expect(nearest(list, along, truth).name).toBe(name);
  });

  test('the distance from the origin is that of the vertex', () => {
    // With ‖h‖ = ‖m‖ = √s the vertex is √(2s) away; in units of √(‖h0‖‖m0‖), that is √2.
    const tiny = {
      signal: truth.signal.map(v => 1e-9 * v),
      distortion: truth.distortion.map(v => 1e-9 * v),
    };
    expect(distanceTo(list[0]!, tiny, truth)).toBeCloseTo(Math.SQRT2, 6);
  });
});
