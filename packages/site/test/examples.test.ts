// The site is built without a warning or a link that leads nowhere, and docstrings keep what they promise: whoever imports a
// name finds what it does, and an example that runs.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { float32, randomStream } from '@blind-demod/arrays';
import { encodeGenerator, type Generator, generatorToOnnx } from '@blind-demod/dcgan';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build, type PublicName } from '../src/index.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** Of these each function and class has an example. */
const FOR_PROGRAMS = ['blind-demod', '@blind-demod/jit', '@blind-demod/jit/node'];

let api: PublicName[];
let folder: string;
/** What each example printed, or why it failed, by its number among all. */
let outcomes: { lines: string[]; error?: string }[];
let examples: { of: string; program: string }[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'examples-'));
  api = await build(join(folder, 'site'));
  examples = api.flatMap(({ name, examples }) => examples.map(program => ({ of: name, program })));
  await prepare(folder);
  const files = await Promise.all(
    examples.map(async ({ program }, index) => {
      const file = join(folder, `${index}.mjs`);
      await writeFile(file, program);
      return file;
    }),
  );
  await writeFile(join(folder, 'run.mjs'), RUNNER);
  const { stdout } = await promisify(execFile)(process.execPath, ['run.mjs', ...files], { cwd: folder });
  outcomes = JSON.parse(stdout.trim().split('\n').at(-1)!);
}, 300_000);

afterAll(() => rm(folder, { recursive: true }));

test('the site has a page of each function, and of each guide', async () => {
  const pages = await readdir(join(folder, 'site'), { recursive: true });
  for (const page of [
    'index',
    'functions/blind-demod.recover',
    'documents/Contributing',
    'documents/Torture',
  ])
    expect(pages).toContain(`${page}.html`);
});

test('the public names are read', () => {
  const names = api.filter(({ module }) => FOR_PROGRAMS.includes(module)).map(({ name }) => name);
  for (const name of ['recover', 'loadGenerators', 'UserError', 'compile', 'exportOnnx', 'profile'])
    expect(names).toContain(name);
});

test('each has a summary, and each function and class for programs an example', () => {
  expect(api.filter(({ summary }) => summary.length < 10).map(({ name }) => name)).toEqual([]);
  const without = api.filter(
    ({ module, kind, examples }) =>
      FOR_PROGRAMS.includes(module) && kind !== 'value' && examples.length === 0,
  );
  expect(without.map(({ name }) => name)).toEqual([]);
});

describe('the examples', () => {
  test('run', () => {
    const failed = outcomes.flatMap(({ error }, index) =>
      error ? [`${examples[index]!.of}: ${error}`] : [],
    );
    expect(failed).toEqual([]);
    expect(outcomes.length).toBe(examples.length);
  });

  test('print what the comments behind say', () => {
    const printed = outcomes.map(({ lines }, index) => ({ of: examples[index]!.of, lines }));
    const promised = examples.map(({ of, program }) => ({ of, lines: promisedLines(program) }));
    expect(printed).toEqual(promised);
    expect(promised.flatMap(({ lines }) => lines).length).toBeGreaterThan(30);
  });
});

/** Of the lines that print, the comments at the end. */
const promisedLines = (program: string): string[] =>
  [...program.matchAll(/console\.log\(.* \/\/ (.*)$/gm)].map(([, printed]) => printed!);

/** Imports one program after the other, in one process, and prints what each printed. */
const RUNNER = `
import { format } from 'node:util';
const print = console.log;
const outcomes = [];
for (const file of process.argv.slice(2)) {
  const lines = [];
  console.log = (...values) => lines.push(format(...values));
  const error = await import(file).then(() => undefined, error => String(error.stack));
  outcomes.push({ lines, error });
}
print(JSON.stringify(outcomes));
`;

/** The files that the examples read. */
async function prepare(folder: string): Promise<void> {
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await cp(join(root, 'docs/figure2.png'), join(folder, 'photo.png'));
  const generator = smallGenerator();
  await writeFile(join(folder, 'generator.onnx'), generatorToOnnx(generator));
  await cp(join(root, 'models/default/encoder'), join(folder, 'encoder'), { recursive: true });
  await cp(join(root, 'models/default/denoiser'), join(folder, 'denoiser'), { recursive: true });
  await mkdir(join(folder, 'signal'));
  await writeFile(join(folder, 'signal', 'generator.safetensors'), encodeGenerator(generator));
}

/** A generator of 16×16 pixels with random weights. */
function smallGenerator(): Generator {
  const draw = (...shape: number[]) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return float32(
      shape,
      randomStream(1, ...shape)
        .normals(count)
        .map(value => 0.3 * value),
    );
  };
  return {
    architecture: 'dcgan',
    latentDimension: 8,
    imageShape: [1, 16, 16],
    outputRange: [0, 1],
    parameters: [
      { weight: draw(8, 6 * 16), bias: draw(6) },
      { weight: draw(6, 3, 4, 4), bias: draw(3) },
      { weight: draw(3, 1, 4, 4), bias: draw(1) },
    ],
  };
}
