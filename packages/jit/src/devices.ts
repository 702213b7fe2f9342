// The devices by name, the engine behind each, and which of them `auto` is.
import { UserError } from '@blind-demod/arrays';
import { cudaEngine, installedCuda } from './cuda.js';
import { eagerEngine } from './engines/eager.js';
import type { Engine } from './engines/engine.js';
import { findGpus, gpuOfDrivers } from './gpu.js';
import { probe } from './probe.js';

/** Names that `--device` takes. `auto` is the best that works here. */
export const DEVICES = ['auto', 'cpu', 'js', 'webgpu', 'cuda'] as const;
export type Device = (typeof DEVICES)[number];
export type ConcreteDevice = Exclude<Device, 'auto'>;

const engines = new Map<ConcreteDevice, Promise<Engine>>();

/** The engine of a device, one per process. @throws UserError if the device does not work here, or is none. */
export function engineOf(device: Device): Promise<Engine> {
  const chosen = chosenDevice(device);
  let engine = engines.get(chosen);
  if (engine === undefined) {
    engine = makeEngine(chosen);
    engines.set(chosen, engine);
  }
  return engine;
}

async function makeEngine(device: ConcreteDevice): Promise<Engine> {
  switch (device) {
    case 'cpu':
    case 'webgpu':
      // Loaded when needed, so that a machine where the native library does not load can still say so.
      return (await import('./engines/onnx-runtime.js')).onnxRuntimeEngine(device);
    case 'js':
      return eagerEngine(async () => {
        await import('@tensorflow/tfjs-backend-cpu');
        return 'cpu';
      });
    case 'cuda':
      return cudaEngine();
    default:
      throw new UserError(`there is no device "${device satisfies never}"; there are ${DEVICES.join(', ')}`);
  }
}

/** The device itself, or what `auto` means on this machine. */
export const chosenDevice = (device: Device): ConcreteDevice =>
  device === 'auto' ? chooseDevice().device : device;

export interface Choice {
  readonly device: ConcreteDevice;
  readonly reason: string;
}

let choice: Choice | undefined;

/**
 * What `auto` means on this machine, and why: a GPU that works, else the processor. Only where there is a GPU, or CUDA
 * was installed, does it take the time to try it.
 */
export function chooseDevice(): Choice {
  choice ??= cudaChoice() ?? webgpuChoice();
  return choice;
}

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
