import { norm, randomStream } from '@blind-demod/arrays';
import { describe, expect, test } from 'vitest';
import { angle, angleAfterLayer, anglesThroughLayers } from '../src/paper/angles.js';
import { expectedObjective, expectedSignalGradient, spuriousScale } from '../src/paper/expectation.js';
import { generate, randomNetwork } from '../src/paper/networks.js';
import { gradientsAt, objectiveAt, problemOf } from '../src/paper/objective.js';

const random = randomStream(5, 'codes');
const code = (dimension: number) => Float64Array.from({ length: dimension }, random.normal);
const truth = { signal: code(3), distortion: code(2) };
const point = { signal: code(3), distortion: code(2) };
const depths = { signal: 2, distortion: 3, measurements: 700 };

describe('angleAfterLayer', () => {
  test.each([
    [0, 0],
    [Math.PI, Math.PI / 2],
    [Math.PI / 2, Math.acos(1 / Math.PI)],
  ])('g(%f) = %f', (theta, expected) => {
    expect(angleAfterLayer(theta)).toBeCloseTo(expected, 12);
  });

  test.each([0.4, 1.2, 2.5, Math.PI])('is what a wide layer does to an angle of %f', theta => {
    const wide = randomNetwork({ widths: [2, 200_000], lastLayer: 'gaussian', seed: 1, name: 'wide' });
    const outputs = [Float64Array.of(1, 0), Float64Array.of(Math.cos(theta), Math.sin(theta))].map(z =>
      generate(wide, z),
    );
    expect(angle(outputs[0]!, outputs[1]!)).toBeCloseTo(angleAfterLayer(theta), 1.7);
  });
});

describe('spuriousScale', () => {
  test('is 0, 1/π, … as the recursion gives by hand', () => {
    expect(spuriousScale(1)).toBeCloseTo(0, 12);
    expect(spuriousScale(2)).toBeCloseTo(1 / Math.PI, 12);
    const theta2 = Math.acos(1 / Math.PI);
    expect(spuriousScale(3)).toBeCloseTo(
      (1 / Math.PI) * (1 - theta2 / Math.PI) + Math.sin(theta2) / Math.PI,
      12,
    );
  });

  test('equals the cosine of π after as many layers', () => {
    for (const depth of [1, 2, 3, 7, 20]) {
      expect(spuriousScale(depth)).toBeCloseTo(Math.cos(anglesThroughLayers(Math.PI, depth).at(-1)!), 12);
    }
  });

  test('rises to 1, and 1 − ρ_d falls like 9π²/(2d²)', () => {
    const scales = [2, 4, 8, 16, 64, 256].map(spuriousScale);
    expect(scales).toEqual(scales.toSorted((a, b) => a - b));
    expect(((1 - spuriousScale(2000)) * 2 * 2000 ** 2) / (9 * Math.PI ** 2)).toBeCloseTo(1, 1);
  });
});

describe('the expected objective', () => {
  test('is zero at the truth, and along its hyperbola', () => {
    expect(expectedObjective(truth, truth, depths)).toBeCloseTo(0, 15);
    const along = {
      signal: truth.signal.map(v => 3 * v),
      distortion: truth.distortion.map(v => v / 3),
    };
    expect(expectedObjective(along, truth, depths)).toBeCloseTo(0, 15);
  });

  test('along −h0 is least at ρ_d', () => {
    const at = (c: number) =>
      expectedObjective({ ...truth, signal: truth.signal.map(v => -c * v) }, truth, depths);
    const rho = spuriousScale(2);
    expect(at(rho)).toBeLessThan(at(rho * 1.01));
    expect(at(rho)).toBeLessThan(at(rho * 0.99));
  });

  test('at −ρ_d h0 falls when h turns away: with more than one dimension it is a saddle, not a minimum', () => {
    const unit = truth.signal.map(v => v / norm(truth.signal));
    const across = Float64Array.of(-unit[1]!, unit[0]!, 0).map(v => v / Math.hypot(unit[0]!, unit[1]!));
    const at = (angle: number) =>
      expectedObjective(
        {
          ...truth,
          signal: unit.map(
            (v, i) =>
              norm(truth.signal) * spuriousScale(2) * (Math.sin(angle) * across[i]! - Math.cos(angle) * v),
          ),
        },
        truth,
        depths,
      );
    expect(at(0.5)).toBeLessThan(at(0));
    expect(at(1)).toBeLessThan(at(0.5));
    expect(at(-0.5)).toBeLessThan(at(0));
  });

  test('has the expected gradient as its gradient', () => {
    const gradient = expectedSignalGradient(point, truth, depths);
    const differences = gradient.map((_, i) => {
      const at = (step: number) =>
        expectedObjective(
          { ...point, signal: point.signal.map((v, j) => (j === i ? v + step : v)) },
          truth,
          depths,
        );
      return (at(1e-5) - at(-1e-5)) / 2e-5;
    });
    expect([...gradient]).toEqual([...differences].map(value => expect.closeTo(value, 9)));
  });

  test('and its gradient are the means over many networks', () => {
    const count = 200;
    const measurements = 150;
    const two = { signal: 2, distortion: 2, measurements };
    let objective = 0;
    const gradient = new Float64Array(3);
    for (let draw = 0; draw < count; draw++) {
      const network = (n: number, name: string) =>
        randomNetwork({ widths: [n, 80, measurements], lastLayer: 'gaussian', seed: draw, name });
      const problem = problemOf(
        { signal: network(3, 'signal'), distortion: network(2, 'distortion') },
        truth,
      );
      objective += objectiveAt(problem, point) / count;
      gradientsAt(problem, point).signal.forEach((value, i) => {
        gradient[i]! += value / count;
      });
    }
    expect(Math.abs(objective / expectedObjective(point, truth, two) - 1)).toBeLessThan(0.1);
    const expected = expectedSignalGradient(point, truth, two);
    expect(norm(gradient.map((v, i) => v - expected[i]!)) / norm(expected)).toBeLessThan(0.1);
  });
});
