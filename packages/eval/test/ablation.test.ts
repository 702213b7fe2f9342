import { experimentSchema } from '@blind-demod/experiment';
import { describe, expect, test } from 'vitest';
import { departures, paperVariants } from '../src/ablation.js';

const paper = experimentSchema.parse({}).solver;

/** Settings in which two solvers differ. */
function changed(a: object, b: object): string[] {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const value = (of: object, key: string) => JSON.stringify((of as Record<string, unknown>)[key]);
  return keys.filter(key => value(a, key) !== value(b, key)).sort();
}

describe('variants of the paper’s solver', () => {
  test('begin with it, and change one setting each', () => {
    const refinement = { ...paper.refinement, smoothing: 1 };
    const [first, ...rest] = paperVariants(4096, refinement);
    expect(first!.solver).toEqual({ ...paper, refinement });
    for (const { name, solver } of rest) expect(changed(solver, first!.solver), name).toHaveLength(1);
    expect(new Set(rest.map(({ solver }) => JSON.stringify(solver))).size).toBe(rest.length);
  });
});

describe('departures', () => {
  const ours = experimentSchema.parse({
    solver: { robustness: 0.03, restarts: 3, draws: 256, polish: 50, latentPenalty: 1e-7, averaging: 0.3 },
  }).solver;

  test('begin with the configured solver and end with the paper’s', () => {
    const variants = departures(ours);
    expect(variants[0]!.solver).toEqual(ours);
    expect(variants.at(-1)!.solver).toEqual(paper);
  });

  test('change one thing at a time', () => {
    for (const { name, solver, dividesAlone } of departures(ours).slice(1, -1)) {
      if (dividesAlone) continue;
      const keys = changed(solver, ours);
      if (keys.length !== 1) expect(keys, name).toEqual(['iterations', 'polish']);
    }
  });

  test('leave out what would change nothing', () => {
    for (const { name, solver } of departures(paper)
      .slice(1, -1)
      .filter(({ dividesAlone }) => !dividesAlone))
      expect(changed(solver, paper).length, name).toBeGreaterThan(0);
  });
});
