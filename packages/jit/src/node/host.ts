// The host where programs run in Node: native libraries, and a machine that can be looked at.
import type { Choice } from '../devices.js';
import type { Host } from '../host.js';
import { fitCuda, installedCuda } from './cuda.js';
import { findGpus, gpuOfDrivers } from './gpu.js';
import { probe } from './probe.js';
import { threadLimit } from './threads.js';

export const host: Host = {
  threadLimit,
  /** Only where there is a GPU, or CUDA was installed, does it take the time to try it. */
  chooseDevice: async () => cudaChoice() ?? webgpuChoice(),
  onnxRuntime: async () => ({
    // Loaded when needed, so that a machine where the native library does not load can still say so.
    ...(await import('./onnxruntime.js')),
    sessionOptions: threads => ({
      intraOpNumThreads: threads,
      // Moments of Adam and gradients fade into subnormal numbers, on which the processor is many times slower.
      extra: { session: { set_denormal_as_zero: '1' } },
    }),
  }),
  cudaBackend: () => fitCuda().backend,
  advice: '; see `demod doctor`',
};

function cudaChoice(): Choice | undefined {
  const kind = installedCuda();
  return kind && probe('cuda').works ? { device: 'cuda', reason: `${kind.title} works` } : undefined;
}

function webgpuChoice(): Choice {
  const cpu = (reason: string): Choice => ({ device: 'cpu', reason });
  // A Mac always has a GPU, and no other driver for it. On Windows WebGPU may compute in software and not say so.
  if (process.platform === 'win32') return cpu('on Windows, ask for a GPU by --device webgpu');
  const gpus = findGpus();
  if (gpus.length === 0 && process.platform !== 'darwin') return cpu('no GPU found');
  const answer = probe('webgpu');
  if (!answer.works) return cpu(`there is a GPU, but webgpu does not work: ${answer.reason}`);
  if (process.platform === 'darwin') return { device: 'webgpu', reason: 'WebGPU works' };
  const gpu = gpuOfDrivers(gpus, answer.drivers);
  if (!gpu) return cpu('there is a GPU, but no Vulkan driver for it');
  return { device: 'webgpu', reason: `WebGPU works on the ${gpu.maker.name} GPU` };
}
