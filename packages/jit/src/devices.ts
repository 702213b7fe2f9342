// The devices by name, and the engine behind each. `webgpu` and `cuda` take their places here.
import { UserError } from '@blind-demod/experiment';
import { eagerEngine } from './engines/eager.js';
import type { Engine } from './engines/engine.js';

/** Names that `--device` takes. `auto` is the best that works here. */
export const DEVICES = ['auto', 'cpu', 'js', 'webgpu', 'cuda'] as const;
export type Device = (typeof DEVICES)[number];

/** The engine of a device. @throws UserError if the device does not work here. */
export async function engineOf(device: Device): Promise<Engine> {
  switch (device) {
    case 'auto':
    case 'cpu':
      // Loaded when needed, so that a machine where the native library does not load can still say so.
      return (await import('./engines/onnx-runtime.js')).onnxRuntimeEngine('cpu');
    case 'js':
      return eagerEngine(async () => {
        await import('@tensorflow/tfjs-backend-cpu');
        return 'cpu';
      });
    case 'webgpu':
    case 'cuda':
      throw new UserError(`device "${device}" is not supported yet; use --device cpu`);
    default:
      return device satisfies never;
  }
}

/** What `auto` means on this machine: the CPU. */
export const chosenDevice = (device: Device): Exclude<Device, 'auto'> => (device === 'auto' ? 'cpu' : device);
