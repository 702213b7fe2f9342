import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { SOLVER_SETTINGS } from '../src/solver-settings.js';
import { SOLVERS, solverNamed } from '../src/solvers.js';

test.each([
  ['full', 'default'],
  ['paper', 'paper'],
] as const)('the solver "%s" is that of configs/%s.json, with its generators', async (name, config) => {
  const file = new URL(`../../../configs/${config}.json`, import.meta.url);
  const { solver, pretrained } = JSON.parse(await readFile(file, 'utf8'));
  expect(SOLVER_SETTINGS[name]).toMatchObject(solver);
  expect(pretrained).toBe(`../models/${solverNamed(name).generators}`);
});

test('the page says of each solver whether it balances', () => {
  for (const { name, balances } of SOLVERS) expect(SOLVER_SETTINGS[name].balance).toBe(balances);
});
