// What `cuda` is here: ONNX Runtime's CUDA provider, or TensorFlow with CUDA by tfjs-node-gpu. Neither comes with
// `npm ci`; `npm run setup:cuda` downloads them.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import util from 'node:util';
import { UserError } from '@blind-demod/experiment';
import * as tf from '@tensorflow/tfjs-core';
import { acceptChannelsFirst } from './engines/channels-last.js';
import { eagerEngine } from './engines/eager.js';
import type { Engine } from './engines/engine.js';

const require = createRequire(import.meta.url);

/** The engines that `cuda` may mean, the preferred one first. */
export const CUDA_ENGINES = {
  onnxruntime: {
    title: 'ONNX Runtime with CUDA',
    needs: 'CUDA 12 and cuDNN 9',
    installed: () => existsSync(join(onnxRuntimeLibraries(), 'libonnxruntime_providers_cuda.so')),
  },
  tensorflow: {
    title: 'TensorFlow with CUDA (tfjs-node-gpu)',
    needs: 'CUDA 11.2, cuDNN 8.1, and Node 20 or 22',
    installed: () => {
      const folder = tensorFlowPackage();
      return folder !== undefined && existsSync(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'));
    },
  },
} as const;
export type CudaEngine = keyof typeof CUDA_ENGINES;

export const CUDA_NOT_INSTALLED = 'not installed; `npm run setup:cuda` downloads it, for NVIDIA GPUs';

/** The engine that `cuda` means on this machine, or undefined if none is installed. */
export const installedCuda = (): CudaEngine | undefined =>
  (Object.keys(CUDA_ENGINES) as CudaEngine[]).find(name => CUDA_ENGINES[name].installed());

/** Where onnxruntime-node has its native libraries. */
export const onnxRuntimeLibraries = (): string =>
  join(dirname(require.resolve('onnxruntime-node')), '..', 'bin', 'napi-v6', process.platform, process.arch);

/** The folder of tfjs-node-gpu, an optional dependency. */
export function tensorFlowPackage(): string | undefined {
  try {
    return dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
  } catch {
    return undefined;
  }
}

/** @throws UserError if nothing is installed, or it does not work with this Node or this machine. */
export async function cudaEngine(): Promise<Engine> {
  const engine = installedCuda();
  switch (engine) {
    case undefined:
      throw new UserError(`device "cuda": ${CUDA_NOT_INSTALLED}`);
    case 'onnxruntime':
      return (await import('./engines/onnx-runtime.js')).onnxRuntimeEngine('cuda');
    case 'tensorflow':
      return eagerEngine(async () => loadTensorFlow());
    default:
      return engine satisfies never;
  }
}

function loadTensorFlow(): string {
  if (!nodeFitsTensorFlow()) {
    throw new UserError(
      `device "cuda": tfjs-node-gpu needs Node 20 or 22 (it calls functions that Node 23 removed), this is ${process.version}`,
    );
  }
  // Its notes on what the processor could do; warnings stay.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
  require('@tensorflow/tfjs-node-gpu');
  const backend = tf.findBackend('tensorflow') as tf.KernelBackend & { isUsingGpuDevice: boolean };
  if (!backend.isUsingGpuDevice) {
    throw new UserError('device "cuda": TensorFlow finds no GPU; it needs CUDA 11.2 and cuDNN 8.1');
  }
  // Its kernels give the strides of images with channels first in the wrong order.
  acceptChannelsFirst('tensorflow');
  return 'tensorflow';
}

/** tfjs-node 4.22 calls `util.isNullOrUndefined`. */
export const nodeFitsTensorFlow = (): boolean => 'isNullOrUndefined' in util;
