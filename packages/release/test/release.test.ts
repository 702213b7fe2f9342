// The packages as a stranger gets them: installed from their tarballs in an empty folder, where they are used.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Packed, pack } from '../src/pack.js';

const ROOT = new URL('../../../', import.meta.url);
const run = promisify(execFile);

/** A ring under a light from the left. */
const DRAW = `
import { float32, writePng } from 'blind-demod';
const at = i => [i % 64, Math.floor(i / 64)].map(x => x / 32 - 1);
const ring = ([x, y]) => Math.exp(-(((Math.hypot(x, y) - 0.5) / 0.15) ** 2) - (x + 1) ** 2 / 4);
await writePng('photo.png', float32([1, 64, 64], Float32Array.from({ length: 4096 }, (_, i) => ring(at(i)))));
`;

let folder: string;
let packed: Packed[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'release-test-'));
  packed = await pack(join(folder, 'tarballs'), [`${process.platform}/${process.arch}`]);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  // As a user's npm does: this repository's settings do not count there.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_')),
  );
  const tarballs = packed.map(({ file }) => file);
  await run('npm', ['install', '--no-audit', '--no-fund', ...tarballs], { cwd: folder, env });

  const readme = await readFile(new URL('README.md', ROOT), 'utf8');
  const program = /```js\n(import [^`]*from 'blind-demod'.*?)```/s.exec(readme)![1]!;
  await writeFile(join(folder, 'program.mjs'), program);
  await writeFile(join(folder, 'draw.mjs'), DRAW);
  await run(process.execPath, ['draw.mjs'], { cwd: folder });
}, 600_000);
afterAll(() => rm(folder, { recursive: true }));

const ours = () => packed.filter(({ name }) => !name.endsWith('/onnxruntime-node'));

test('every public package of the repository is there', async () => {
  const manifests = (await readdir(new URL('packages/', ROOT))).map(async name =>
    JSON.parse(await readFile(new URL(`packages/${name}/package.json`, ROOT), 'utf8')),
  );
  const names = (await Promise.all(manifests)).filter(manifest => !manifest.private).map(({ name }) => name);
  expect(
    ours()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(names.sort());
});

test('each has a licence and a README, and nothing that runs when it is installed', async () => {
  for (const { name } of packed) {
    const home = join(folder, 'node_modules', name);
    const manifest = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ name, license: 'MIT' });
    expect(manifest).not.toHaveProperty('scripts');
    expect(manifest).not.toHaveProperty('private');
    expect((await readFile(join(home, 'README.md'), 'utf8')).length).toBeGreaterThan(100);
  }
  for (const { name } of ours()) {
    expect(await readFile(join(folder, 'node_modules', name, 'LICENSE'), 'utf8')).toMatch(/^MIT License/);
  }
});

test('publint and Are the Types Wrong find nothing in them', async () => {
  // The page is files for browsers, no modules to import.
  for (const { name, file } of ours().filter(({ name }) => !name.endsWith('/web'))) {
    const tarball = new Uint8Array(await readFile(file));
    const { messages, pkg } = await publint({ pack: { tarball: tarball.buffer }, strict: true });
    const found = messages.map(message => formatMessage(message, pkg!, { color: false }));
    expect({ name, found }).toEqual({ name, found: [] });

    const result = await checkPackage(createPackageFromTarballData(tarball));
    // The packages are ES modules: `require` of them, and resolution without `exports`, are not for them.
    const problems = (result.types ? result.problems : []).filter(
      problem => !('resolutionKind' in problem && ['node10', 'node16-cjs'].includes(problem.resolutionKind)),
    );
    expect({ name, problems }).toEqual({ name, problems: [] });
  }
}, 300_000);

test("the library's types hold in a strict program", async () => {
  const program = `
import { loadGenerators, type Recovered, readImageFile, recover, UserError } from 'blind-demod';
const photo = await readImageFile('photo.png', { size: 64, channels: 1 });
const found: Recovered = await recover(photo, { ...(await loadGenerators()), seed: 1 });
export const confidence: number = found.confidence[0]!;
// @ts-expect-error: a name is no image
await recover('photo.png', await loadGenerators()).catch((error: unknown) => error instanceof UserError);
`;
  await writeFile(join(folder, 'typed.ts'), program);
  const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', ROOT));
  const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2023', '--skipLibCheck'];
  await run(process.execPath, [tsc, ...options, 'typed.ts'], { cwd: folder });
}, 120_000);

const VERSIONS = ['20', '22', '24'];
describe('on Node', () => {
  /** The program of each version: that of this process, and what the npm packages of Node bring. */
  const programs = new Map([[process.versions.node.split('.')[0]!, process.execPath]]);
  beforeAll(async () => {
    const system = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
    const prefix = join(folder, 'nodes');
    const missing = VERSIONS.filter(version => !programs.has(version));
    const packages = missing.map(version => `node-${version}@npm:node-${system}@${version}`);
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefix', prefix, ...packages]);
    for (const version of missing)
      programs.set(version, join(prefix, 'node_modules', `node-${version}`, 'bin', 'node'));
  }, 300_000);

  test.each(VERSIONS)(
    '%s, the README’s program and the command find the shipped generators',
    async version => {
      const node = programs.get(version)!;
      expect((await run(node, ['--version'])).stdout).toMatch(new RegExp(`^v${version}\\.`));
      expect((await run(node, ['program.mjs'], { cwd: folder })).stdout).toMatch(
        /^confidence [01]\.\d\d of 1\n/,
      );

      const demod = join(folder, 'node_modules', '.bin', 'demod');
      const { stdout } = await run(node, [demod, 'doctor'], { cwd: folder });
      expect(stdout).toMatch(/^ok {2}signal generator +\S*models.default.signal$/m);
    },
    300_000,
  );
});
