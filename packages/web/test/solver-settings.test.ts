import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { SOLVER_SETTINGS } from '../src/solver-settings.js';
import { SOLVERS, solverNamed } from '../src/solvers.js';

test.each([
  ['full', 'default'],
  ['paper', 'paper'],
] as const)(
  'the solver "%s" is that of configs/%s.json, but for learned starts, with its generators',
  async (name, config) => {
    const file = new URL(`../../../configs/${config}.json`, import.meta.url);
    const { solver, pretrained } = JSON.parse(await readFile(file, 'utf8'));
    // The page has no encoder: it starts at drawn pairs, and searches longer.
    const { starts, restarts, iterations, polish, memory, ...others } = solver;
    const isLearned = starts === 'learned';
    expect(SOLVER_SETTINGS[name]).toMatchObject(isLearned ? others : solver);
    expect(pretrained).toBe(`../models/${solverNamed(name).generators}`);
  },
);

test('the page says of each solver whether it balances', () => {
  for (const { name, balances } of SOLVERS) expect(SOLVER_SETTINGS[name].balance).toBe(balances);
});
