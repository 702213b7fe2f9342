// tfjs-node-gpu on TensorFlow's kernels for the processor: its binding compiled against TensorFlow's wheel for Python. With
// it the eager path of `cuda` runs where there is no GPU, kernel by kernel as TensorFlow has them.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CUDA_KINDS } from '../../packages/jit/src/node/cuda.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** It is built once, and goes with the packages that `npm ci` replaces. */
const FOLDER = join(ROOT, 'node_modules/.cache/tensorflow-on-cpu');
/** One that tfjs-node 4.22 compiles with, and the Python whose wheel of it is taken; that need not be here. */
const TENSORFLOW = { version: '2.15.1', python: '3.11' };
const PACKAGE = '@tensorflow/tfjs-node-gpu';

const version: string = JSON.parse(readFileSync(join(ROOT, 'packages/jit/package.json'), 'utf8'))
  .peerDependencies[PACKAGE];

/** What processes need to find the package and to take its processor for a GPU, or why it could not be built. */
export type Built = { readonly environment: Readonly<Record<string, string>> } | { readonly reason: string };

export function tensorflowOnCpu(): Built {
  const unfit = CUDA_KINDS.find(({ packageName }) => packageName === PACKAGE)!.unfit();
  if (unfit) return { reason: unfit };
  const finished = join(FOLDER, 'finished');
  const name = `${PACKAGE} ${version}, TensorFlow ${TENSORFLOW.version}`;
  try {
    if (!existsSync(finished) || readFileSync(finished, 'utf8') !== name) {
      build();
      writeFileSync(finished, name);
    }
  } catch (error) {
    return { reason: (error as Error).message.split('\n')[0]! };
  }
  const modules = [join(FOLDER, 'node_modules'), join(ROOT, 'node_modules')];
  const preload = new URL('./take-for-gpu.mjs', import.meta.url);
  return {
    environment: {
      NODE_PATH: modules.join(delimiter),
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import ${preload}`,
    },
  };
}

function build(): void {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('it is built on Linux on x64 alone');
  for (const tool of ['pip', 'unzip', 'g++']) requireTool(tool);
  rmSync(FOLDER, { recursive: true, force: true });
  const parts = join(FOLDER, 'parts');
  mkdirSync(parts, { recursive: true });
  // Without a package.json of its own, npm would install into that of the repository.
  const dependencies = { [PACKAGE]: version, 'node-api-headers': '1' };
  writeFileSync(join(FOLDER, 'package.json'), JSON.stringify({ private: true, dependencies }));
  run('npm', ['install', '--ignore-scripts', '--no-package-lock'], FOLDER);
  shareTensorFlowJs();
  const { python } = TENSORFLOW;
  const wheel = `tensorflow-cpu==${TENSORFLOW.version}`;
  run(
    'pip',
    ['download', '--quiet', '--no-deps', '--only-binary=:all:', '--python-version', python, wheel],
    parts,
  );
  run('sh', ['-c', 'unzip -qo tensorflow_cpu-*.whl'], parts);

  const folder = join(FOLDER, 'node_modules', PACKAGE);
  const [deps, lib] = [join(folder, 'deps/lib'), join(folder, 'lib/napi-v8')];
  for (const path of [deps, lib]) mkdirSync(path, { recursive: true });
  const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
  for (const library of libraries) copyFileSync(join(parts, 'tensorflow', library), join(deps, library));
  compile({ folder, lib, deps, libraries, headers: join(parts, 'tensorflow/include') });
  rmSync(parts, { recursive: true });
}

/** TensorFlow.js as it is here, not once more: a backend registers with the one that it finds. */
function shareTensorFlowJs(): void {
  const own = join(FOLDER, 'node_modules/@tensorflow');
  for (const name of ['tfjs-core', 'tfjs-layers', 'tfjs-backend-cpu'])
    rmSync(join(own, name), { recursive: true, force: true });
}

interface Parts {
  readonly folder: string;
  readonly lib: string;
  readonly deps: string;
  readonly libraries: readonly string[];
  readonly headers: string;
}

function compile({ folder, lib, deps, libraries, headers }: Parts): void {
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map(name => join('binding', name));
  const includes = ['..', '.', join(FOLDER, 'node_modules/node-api-headers/include'), headers];
  run(
    'g++',
    [
      ...['-O2', '-std=c++17', '-shared', '-fPIC', '-DBUILDING_NODE_EXTENSION', '-DNAPI_VERSION=8'],
      ...includes.map(path => `-I${path}`),
      ...sources,
      ...['-o', join(lib, 'tfjs_binding.node'), `-L${deps}`],
      ...libraries.map(library => `-l:${library}`),
      '-Wl,-rpath,$ORIGIN/../../deps/lib',
    ],
    folder,
  );
}

function requireTool(tool: string): void {
  try {
    execFileSync(tool, [tool === 'unzip' ? '-v' : '--version'], { stdio: 'ignore' });
  } catch {
    throw new Error(`there is no ${tool}`);
  }
}

function run(command: string, args: readonly string[], cwd: string): void {
  try {
    execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    const [line = ''] = stderr.split('\n').filter(text => /error/i.test(text));
    throw new Error(`${command} ${args[0]} failed: ${line}`);
  }
}
