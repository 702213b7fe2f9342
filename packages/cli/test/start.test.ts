// What the start of demod loads: of the libraries, which take seconds, none before a command needs it.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../dist/main.js', import.meta.url));
/** Tells of every module that is loaded. */
const HOOKS =
  'export const load = (url, context, next) => { process._rawDebug(url); return next(url, context); }';
const TELLING = `import { register } from 'node:module'; register(${JSON.stringify(asUrl(HOOKS))});`;

function asUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

/** The URLs of the modules that a run of demod loads. */
async function loadedBy(...args: string[]): Promise<string[]> {
  const run = promisify(execFile)(process.execPath, ['--import', asUrl(TELLING), PROGRAM, ...args]);
  const { stderr } = await run.catch(error => error);
  return stderr.split('\n').filter((line: string) => /^(file|node):/.test(line));
}

const HEAVY = /\/(@tensorflow|onnxruntime-[a-z]+|sharp|zod|@observablehq|linkedom|opentype\.js)\//;

test('demod --help loads the command line alone', async () => {
  const loaded = await loadedBy('--help');
  expect(loaded).toContain(new URL('../dist/parser.js', import.meta.url).href);
  expect(loaded.filter(url => HEAVY.test(url) || url.includes('/dist/commands/'))).toEqual([]);
});

test.each([
  ['web', '--help'],
  ['eval', '--shards', '3'],
  ['train', 'noise'],
])('demod %j loads the options of that command alone', async (...args) => {
  const loaded = await loadedBy(...args);
  expect(loaded.filter(url => url.includes('/dist/commands/'))).toEqual([
    new URL(`../dist/commands/${args[0]}.js`, import.meta.url).href,
  ]);
  expect(loaded.filter(url => HEAVY.test(url))).toEqual([]);
});
