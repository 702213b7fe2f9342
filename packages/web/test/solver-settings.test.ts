import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { SOLVER_SETTINGS } from '../src/solver-settings.js';

test.each([
  ['full', 'robust'],
  ['paper', 'paper'],
] as const)(
  'the solver "%s" is that of configs/%s.json, whose generators are the page’s',
  async (name, config) => {
    const file = new URL(`../../../configs/${config}.json`, import.meta.url);
    const { solver } = JSON.parse(await readFile(file, 'utf8'));
    expect(SOLVER_SETTINGS[name]).toMatchObject(solver);
  },
);
