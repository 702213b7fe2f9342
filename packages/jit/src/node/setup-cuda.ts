// npm run setup:cuda: downloads what the `cuda` device runs on, and keeps it only if it works here.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CUDA_KINDS, type CudaKind, hasNvidiaDriver, installedCuda, packageFolder } from './cuda.js';
import { tryDevice } from './probe.js';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

try {
  console.log(`setup:cuda: device "cuda" works: ${setUp()}`);
} catch (error) {
  console.error(`setup:cuda: nothing was installed: ${(error as Error).message}`);
  process.exitCode = 1;
}

/** What `cuda` is from now on. */
function setUp(): string {
  const installed = installedCuda();
  if (installed && tryDevice('cuda').works) return installed.title;
  if (!hasNvidiaDriver()) throw new Error("no NVIDIA driver found; install your GPU's, and run this again");
  const reasons: string[] = [];
  for (const kind of CUDA_KINDS) {
    const reason = install(kind);
    if (reason === undefined) return kind.title;
    reasons.push(`${kind.title}: ${reason}`);
  }
  throw new Error(reasons.join('; '));
}

/** Downloads one kind and tries it. What does not work is removed again, and the reason returned. */
function install(kind: CudaKind): string | undefined {
  const unfit = kind.unfit();
  if (unfit) return unfit;
  console.log(`downloading ${kind.title} …`);
  const isNew = packageFolder(kind) === undefined;
  const reason = isNew ? npm('install', '--no-save', `${kind.packageName}@${peerVersion(kind)}`) : undefined;
  const failure = reason ?? download(kind, packageFolder(kind)!);
  if (failure && isNew) npm('prune');
  return failure;
}

/** Runs a package's own download and tries the engine. What it added is removed again where that does not work. */
function download(kind: CudaKind, folder: string): string | undefined {
  // The script for TensorFlow writes to its package.json, and undoes that only when all goes well.
  const manifest = join(folder, 'package.json');
  const before = readFileSync(manifest, 'utf8');
  const { status, stdout, stderr } = spawnSync(process.execPath, kind.download, {
    cwd: folder,
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'true' },
    encoding: 'utf8',
  });
  const answer = status === 0 ? tryDevice('cuda') : undefined;
  if (answer?.works) return undefined;
  for (const file of kind.files) rmSync(join(folder, file), { recursive: true, force: true });
  if (readFileSync(manifest, 'utf8') !== before) writeFileSync(manifest, before);
  if (answer) return `${answer.reason}; it needs ${kind.needs}`;
  return `the download failed (${/^\w*Error: (.*)$/m.exec(stdout + stderr)?.[1] ?? `exit code ${status}`})`;
}

/** Runs npm, which leaves package.json, the lock file and every package's scripts alone. Returns why it failed, if it did. */
function npm(...args: string[]): string | undefined {
  const { status, stderr } = spawnSync('npm', [...args, '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
    shell: true,
  });
  return status === 0
    ? undefined
    : `npm ${args[0]} failed (${/^npm error (.*)$/m.exec(stderr)?.[1] ?? `exit code ${status}`})`;
}

function peerVersion({ packageName }: CudaKind): string {
  const { peerDependencies } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  return peerDependencies[packageName];
}
