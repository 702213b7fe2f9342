import { inner, norm, randomStream } from '@blind-demod/arrays';
import { describe, expect, test } from 'vitest';
import { chiSquareTail } from '../src/numerics/chi-square.js';
import { expansivity, lastExpansivity } from '../src/paper/expansivity.js';
import {
  activations,
  activePattern,
  applyPiece,
  applyPieceTransposed,
  generate,
  randomNetwork,
  truncationRadius,
} from '../src/paper/networks.js';

const network = (widths: number[], lastLayer: 'truncated' | 'gaussian' = 'truncated') =>
  randomNetwork({ widths, lastLayer, seed: 7, name: 'test' });

function code(dimension: number, name = 'code'): Float64Array {
  const random = randomStream(3, name);
  return Float64Array.from({ length: dimension }, random.normal);
}

/** relu(W_d … relu(W_1 z)) with nested arrays, as one writes it down. */
function byHand(widths: number[], z: number[]): number[] {
  return network(widths).layers.reduce((input, { rows, columns, data }) => {
    const matrix = Array.from({ length: rows }, (_, i) => [...data.subarray(i * columns, (i + 1) * columns)]);
    return matrix.map(row =>
      Math.max(
        0,
        row.reduce((sum, w, j) => sum + w * input[j]!, 0),
      ),
    );
  }, z);
}

describe('randomNetwork', () => {
  test('has entries of variance 1/n_i', () => {
    for (const { rows, data } of network([10, 200, 3000], 'gaussian').layers) {
      const variance = inner(data, data) / data.length;
      expect(variance * rows).toBeCloseTo(1, 1);
    }
  });

  test('gives the same weights for the same seed and name, and others for another name', () => {
    const other = randomNetwork({ widths: [2, 5], seed: 7, name: 'other' });
    expect(network([2, 5]).layers).toEqual(network([2, 5]).layers);
    expect(network([2, 5]).layers[0]!.data).not.toEqual(other.layers[0]!.data);
  });

  test('zeroes the rows of a truncated last layer that are longer than 3 sqrt(n/ℓ), and no others', () => {
    const [plain, truncated] = [network([1, 20_000], 'gaussian').layers[0]!, network([1, 20_000]).layers[0]!];
    const radius = truncationRadius(plain);
    expect(radius).toBeCloseTo(3 / Math.sqrt(20_000), 12);
    let zeroed = 0;
    plain.data.forEach((value, row) => {
      expect(truncated.data[row]).toBe(Math.abs(value) > radius ? 0 : value);
      if (Math.abs(value) > radius) zeroed++;
    });
    expect(zeroed / 20_000).toBeCloseTo(0.0027, 3);
  });
});

describe('generate', () => {
  test('is relu(W_d … relu(W_1 z))', () => {
    const z = code(3);
    expect([...generate(network([3, 8, 20, 50]), z)]).toEqual(
      byHand([3, 8, 20, 50], [...z]).map(value => expect.closeTo(value, 12)),
    );
  });

  test('is homogeneous: G(c z) = c G(z) for c > 0', () => {
    const z = code(3);
    const twice = generate(
      network([3, 8, 20]),
      z.map(v => 2 * v),
    );
    expect([...twice]).toEqual(
      [...generate(network([3, 8, 20]), z)].map(value => expect.closeTo(2 * value, 12)),
    );
  });

  test('halves squared norms, layer by layer, when layers are wide', () => {
    const z = code(4);
    const outputs = activations(network([4, 1500, 2000], 'gaussian'), z);
    outputs.forEach((output, i) => {
      expect((2 ** (i + 1) * norm(output) ** 2) / norm(z) ** 2).toBeCloseTo(1, 0.7);
    });
  });

  test('refuses a code of another length', () => {
    expect(() => generate(network([3, 8]), code(4))).toThrow(new TypeError('expected a vector of 3, got 4'));
  });
});

describe('activePattern', () => {
  const net = network([3, 8, 20]);

  test('is where the pre-activations are positive, so that Λ_z z = G(z)', () => {
    const z = code(3);
    expect([...applyPiece(net, activePattern(net, z), z)]).toEqual(
      [...generate(net, z)].map(value => expect.closeTo(value, 15)),
    );
  });

  test('takes the side that a direction points to where a pre-activation is zero', () => {
    const row = net.layers[0]!.data.subarray(0, 3);
    const z = code(3);
    const onKink = z.map((v, i) => v - (inner(row, z) / inner(row, row)) * row[i]!);
    expect(activePattern(net, onKink, row)[0]![0]).toBe(1);
    expect(
      activePattern(
        net,
        onKink,
        row.map(v => -v),
      )[0]![0],
    ).toBe(0);
    const aside = onKink.map((v, i) => v + 1e-6 * row[i]!);
    expect(activePattern(net, onKink, row)).toEqual(activePattern(net, aside));
  });

  test('at the origin is the pattern of the direction', () => {
    const direction = code(3, 'direction');
    expect(activePattern(net, new Float64Array(3), direction)).toEqual(activePattern(net, direction));
  });

  test('has Λᵀ as its transpose: ⟨Λ u, v⟩ = ⟨u, Λᵀ v⟩', () => {
    const [z, u, v] = [code(3), code(3, 'u'), code(20, 'v')];
    const pattern = activePattern(net, z);
    expect(inner(applyPiece(net, pattern, u), v)).toBeCloseTo(
      inner(u, applyPieceTransposed(net, pattern, v)),
      12,
    );
  });
});

describe('expansivity', () => {
  test('is the least n_i / (n_{i−1} log n_{i−1}) over the inner layers', () => {
    expect(expansivity([10, 100, 500, 9999])).toBeCloseTo(500 / (100 * Math.log(100)), 12);
  });

  test('of a scalar code asks nothing of the first layer', () => {
    expect(expansivity([1, 5, 9999])).toBe(Number.POSITIVE_INFINITY);
  });

  test('of the last layers is ℓ / ((n log n)² + (p log p)²)', () => {
    const squares = (20 * Math.log(20)) ** 2 + (30 * Math.log(30)) ** 2;
    expect(lastExpansivity(5000, { signal: 20, distortion: 30 })).toBeCloseTo(5000 / squares, 12);
  });
});

describe('chiSquareTail', () => {
  test.each([
    [2, 18, Math.exp(-9)],
    [4, 36, Math.exp(-18) * (1 + 18)],
    [6, 5, Math.exp(-2.5) * (1 + 2.5 + 2.5 ** 2 / 2)],
    // Published values of the χ² distribution.
    [1, 3.841459, 0.05],
    [1, 9, 0.0026998],
    [3, 7.814728, 0.05],
    [5, 11.0705, 0.05],
    [9, 21.66599, 0.01],
  ])('P(χ²_%d > %d)', (degrees, x, expected) => {
    expect(chiSquareTail(degrees, x) / expected).toBeCloseTo(1, 4);
  });
});
