// The rules of the house: which rooms may stand on which.

import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { describe, expect, test } from 'vitest';
import { drawRooms, packageOf, reach, readRooms } from './rooms.js';

const rooms = readRooms();
const isBuiltin = (specifier: string) =>
  specifier.startsWith('node:') || builtinModules.includes(packageOf(specifier));

test("the README's picture of the architecture is that of the imports", async () => {
  // After a change of the rooms: npx vitest run test/rooms.test.ts --update
  await expect(await drawRooms(rooms)).toMatchFileSnapshot('../docs/architecture.svg');
  expect(readFileSync(new URL('../README.md', import.meta.url), 'utf8')).toContain('docs/architecture.svg');
});

test('no room stands on itself, by whatever way', () => {
  for (const { name } of rooms) expect([...reach(rooms, name)]).not.toContain(name);
});

test('demod-core stands on arrays and jit alone, and jit on arrays', () => {
  expect([...reach(rooms, 'demod-core')].sort()).toEqual(['arrays', 'jit']);
  expect([...reach(rooms, 'jit')]).toEqual(['arrays']);
  expect([...reach(rooms, 'arrays')]).toEqual([]);
});

describe.each(rooms)('$name', ({ name, packageName, description, declared, imports, uses }) => {
  test('says what it is for', () => {
    expect(description).toMatch(/^[a-z]/);
    expect(readFileSync(new URL(`../packages/${name}/README.md`, import.meta.url), 'utf8')).toMatch(
      /\bnot for\b/i,
    );
  });

  test('asks in its package.json for the rooms that it imports, and for no others', () => {
    expect(declared).toEqual(uses);
  });

  test("imports no other room's insides", () => {
    const entries = Object.fromEntries(rooms.map(room => [room.packageName, entriesOf(room.name)]));
    const deep = imports.filter(({ specifier }) => {
      const allowed = entries[packageOf(specifier)];
      return allowed !== undefined && packageOf(specifier) !== packageName && !allowed.includes(specifier);
    });
    expect(deep).toEqual([]);
    expect(imports.filter(({ specifier }) => specifier.includes('packages/'))).toEqual([]);
  });
});

test.each(['arrays', 'demod-core', 'jit'])('%s loads without Node, but for what has a stand-in', name => {
  const { imports } = rooms.find(room => room.name === name)!;
  const isForNode = (file: string) => file.endsWith('.node.ts') || file.includes('/src/node/');
  const nodes = imports.filter(({ file, specifier }) => !isForNode(file) && isBuiltin(specifier));
  expect(nodes).toEqual([]);
});

/** What others may import of a package. */
function entriesOf(name: string): string[] {
  const text = readFileSync(new URL(`../packages/${name}/package.json`, import.meta.url), 'utf8');
  const { name: packageName, exports = {} } = JSON.parse(text);
  return Object.keys(exports).map(entry => packageName + entry.slice(1));
}
