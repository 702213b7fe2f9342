// Node in Python's place: what is asked, answered and complained of passes between processes in the same way.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startPython } from '../src/python.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'python-'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function start(source: string, python = process.execPath) {
  vi.stubEnv('PYTHON', python);
  const file = join(folder, 'program.mjs');
  await writeFile(file, source);
  return startPython(file, 'given');
}

test('answers are lines of JSON, in order', async () => {
  const program = await start(`
    console.log(JSON.stringify({ given: process.argv[2] }));
    process.stdin.on('data', text => console.log(JSON.stringify({ length: text.length })));
  `);
  expect(await program.answer()).toEqual({ given: 'given' });
  program.input.write('four');
  expect(await program.answer()).toEqual({ length: 4 });
  program.input.end();
  await expect(program.answer()).rejects.toThrow('it ended with 0');
});

test('a program that fails is quoted: its last line', async () => {
  const program = await start('console.error("Traceback\\nNo module named this"); process.exit(3)');
  await expect(program.answer()).rejects.toThrow(/^No module named this$/);
});

test('a Python that there is not is told by its path', async () => {
  const program = await start('', '/nowhere/python');
  program.input.write('a question'); // and nobody to hear it
  await expect(program.answer()).rejects.toThrow('/nowhere/python cannot be started');
});
