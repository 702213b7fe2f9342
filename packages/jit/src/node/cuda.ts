// What `cuda` is here: ONNX Runtime's CUDA provider, or TensorFlow with CUDA by tfjs-node-gpu, an optional peer of this
// package. Neither comes with `npm ci`; `npm run setup:cuda` downloads them.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import util from 'node:util';
import { UserError } from '@blind-demod/arrays';
import * as tf from '@tensorflow/tfjs-core';
import { acceptConvolutions } from '../engines/plain-convolutions.js';

const require = createRequire(import.meta.url);

export interface CudaKind {
  readonly title: string;
  /** What has to be on the machine. */
  readonly needs: string;
  /** Why it is not for this Node or this system. */
  readonly unfit: () => string | undefined;
  readonly packageName: string;
  /** The package's install script and its arguments. */
  readonly download: readonly string[];
  /** What that adds to the package; the first tells that it is there. */
  readonly files: readonly string[];
  /** If it is a TensorFlow.js backend: loads it, and returns its name. */
  readonly backend?: () => string;
}

/** The engines that `cuda` may mean, the preferred one first. */
export const CUDA_KINDS: readonly CudaKind[] = [
  {
    title: 'ONNX Runtime with CUDA',
    needs: 'CUDA 12 and cuDNN 9',
    unfit: () =>
      process.platform === 'linux' && process.arch === 'x64' ? undefined : 'it is for Linux on x64 alone',
    packageName: 'onnxruntime-node',
    download: ['script/install.js'],
    files: ['cuda', 'shared', 'tensorrt'].map(
      name => `bin/napi-v6/linux/x64/libonnxruntime_providers_${name}.so`,
    ),
  },
  {
    title: 'TensorFlow with CUDA (tfjs-node-gpu)',
    needs: 'CUDA 11.2 and cuDNN 8.1',
    // tfjs-node 4.22 calls a function that Node 23 removed.
    unfit: () =>
      'isNullOrUndefined' in util ? undefined : `it needs Node 20 or 22, and this is ${process.version}`,
    packageName: '@tensorflow/tfjs-node-gpu',
    download: ['scripts/install.js', 'gpu', 'download'],
    files: ['lib/napi-v8/tfjs_binding.node', 'lib', 'deps'],
    backend: loadTensorFlow,
  },
];

/** The kind of engine that `cuda` means on this machine, or undefined if none is installed. */
export const installedCuda = (): CudaKind | undefined =>
  CUDA_KINDS.find(kind => {
    const folder = packageFolder(kind);
    return folder !== undefined && existsSync(join(folder, kind.files[0]!));
  });

/** Where a kind's package is, if it is installed. */
export function packageFolder({ packageName }: CudaKind): string | undefined {
  try {
    return dirname(require.resolve(`${packageName}/package.json`));
  } catch {
    return undefined;
  }
}

/** Why there is no `cuda` where none is installed. */
export const cudaMissing = (): string =>
  hasNvidiaDriver()
    ? 'not installed; `npm run setup:cuda` downloads it'
    : 'no NVIDIA driver found; with one, `npm run setup:cuda` downloads what else it needs';

/** Whether the system knows an NVIDIA GPU's driver: Linux's own, Windows' as Linux sees it there, or Windows'. */
export const hasNvidiaDriver = (): boolean =>
  ['/dev/nvidiactl', '/dev/dxg', `${process.env.SystemRoot}\\System32\\nvcuda.dll`].some(existsSync);

/** The kind of engine that `cuda` means. @throws UserError if none is installed, or it is not for this Node. */
export function fitCuda(): CudaKind {
  const kind = installedCuda();
  const reason = kind ? kind.unfit() : cudaMissing();
  if (!kind || reason) throw new UserError(`device "cuda": ${reason}`);
  return kind;
}

function loadTensorFlow(): string {
  // Its notes on what the processor could do; warnings stay.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
  require('@tensorflow/tfjs-node-gpu');
  const backend = tf.findBackend('tensorflow') as tf.KernelBackend & { isUsingGpuDevice: boolean };
  if (!backend.isUsingGpuDevice) throw new UserError('device "cuda": TensorFlow finds no GPU');
  // Its kernels give the strides of images with channels first in the wrong order, and take padding as a word.
  acceptConvolutions('tensorflow');
  return 'tensorflow';
}
