// Packs what is not private as npm is to get it (README.md says what differs from the repository).
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface Packed {
  readonly name: string;
  /** The tarball's path. */
  readonly file: string;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly files?: readonly string[];
  readonly dependencies?: Record<string, string>;
  readonly imports?: Record<string, unknown>;
  readonly [key: string]: unknown;
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const ENGINE = 'onnxruntime-node';
const OUR_ENGINE = `@blind-demod/${ENGINE}`;
const run = promisify(execFile);

/**
 * Makes a tarball of each public package, built before, and of ONNX Runtime's binding for Node.
 *
 * @param folder where they go; it is made if there is none.
 * @param platforms for which systems the engine is packed, 'linux/x64' …; all that it is made for if not given.
 */
export async function pack(folder: string, platforms?: readonly string[]): Promise<Packed[]> {
  await mkdir(folder, { recursive: true });
  const stage = await mkdtemp(join(tmpdir(), 'release-'));
  try {
    const staged = [await stageEngine(join(stage, ENGINE), platforms)];
    for (const name of await readdir(join(ROOT, 'packages'))) {
      const path = await stagePackage(name, join(stage, name));
      if (path !== undefined) staged.push(path);
    }
    return await packAll(staged, resolve(folder));
  } finally {
    await rm(stage, { recursive: true });
  }
}

/** Lays out one package as it is published. Returns its folder, or undefined if it is private. */
async function stagePackage(name: string, stage: string): Promise<string | undefined> {
  const home = join(ROOT, 'packages', name);
  const manifest: Manifest = await readJson(join(home, 'package.json'));
  if (manifest.private) return undefined;
  const { scripts: _, devDependencies: __, ...published } = manifest;
  const atTop = name === 'shipped' ? ['configs', 'models'] : [];
  await mkdir(stage);
  for (const file of ['README.md', ...(manifest.files ?? [])]) {
    const source = atTop.includes(file) ? ROOT : home;
    await cp(join(source, file), join(stage, file), { recursive: true });
  }
  await cp(join(ROOT, 'LICENSE'), join(stage, 'LICENSE'));
  await writeJson(join(stage, 'package.json'), { ...published, ...changed(name, manifest) });
  return stage;
}

/** What package.json says otherwise on npm. */
function changed(name: string, { dependencies = {}, imports = {} }: Manifest): Partial<Manifest> {
  if (name === 'jit') {
    const { [ENGINE]: version, ...others } = dependencies;
    const engine = { [OUR_ENGINE]: version! };
    return {
      dependencies: { ...others, ...engine },
      imports: { ...imports, '#onnxruntime-node': OUR_ENGINE },
    };
  }
  if (name === 'web') return { dependencies: {} };
  if (name === 'blind-demod')
    return { dependencies: { ...dependencies, '@blind-demod/web': dependencies['@blind-demod/cli']! } };
  return {};
}

/** ONNX Runtime's binding without its install script, and what that alone needs. */
async function stageEngine(stage: string, platforms?: readonly string[]): Promise<string> {
  const home = dirname(createRequire(import.meta.url).resolve(`${ENGINE}/package.json`));
  const manifest: Manifest = await readJson(join(home, 'package.json'));
  const { version, license, repository, author, main, types, os } = manifest;
  const common = 'onnxruntime-common';
  await mkdir(stage);
  for (const file of ['dist', 'README.md'])
    await cp(join(home, file), join(stage, file), { recursive: true });
  // Of the Mac's library there are two copies under two names; the binding loads the one.
  const isCopy = (path: string) => /libonnxruntime\.\d+\.\d+\.\d+\.dylib$/.test(path);
  const isCuda = (path: string) => /providers_(cuda|tensorrt|shared)\.so$/.test(path);
  const bin = 'bin/napi-v6';
  for (const platform of platforms ?? (await platformsIn(join(home, bin)))) {
    const filter = (path: string) => !isCopy(path) && !isCuda(path);
    await cp(join(home, bin, platform), join(stage, bin, platform), { recursive: true, filter });
  }
  await writeJson(join(stage, 'package.json'), {
    ...{ name: OUR_ENGINE, version, license, repository, author, main, types, os },
    description: `${ENGINE} as it is, without the script that downloads CUDA libraries when it is installed`,
    files: ['bin', 'dist'],
    dependencies: { [common]: manifest.dependencies?.[common] },
  });
  return stage;
}

async function platformsIn(bin: string): Promise<string[]> {
  const systems = await readdir(bin);
  const platforms = systems.map(async system =>
    (await readdir(join(bin, system))).map(arch => `${system}/${arch}`),
  );
  return (await Promise.all(platforms)).flat();
}

/** All by one npm, which takes half a second to start. */
async function packAll(stages: readonly string[], folder: string): Promise<Packed[]> {
  const options = ['--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await run('npm', ['pack', ...options, ...stages], { cwd: folder, maxBuffer: 2 ** 26 });
  const packed: { name: string; filename: string; size: number; unpackedSize: number }[] = JSON.parse(stdout);
  return packed.map(({ name, filename, size, unpackedSize }) => {
    return { name, file: join(folder, filename), packedBytes: size, unpackedBytes: unpackedSize };
  });
}

const readJson = async (file: string) => JSON.parse(await readFile(file, 'utf8'));
const writeJson = (file: string, value: unknown) => writeFile(file, `${JSON.stringify(value, null, 2)}\n`);
