// The devices by name, the engine behind each, and which of them `auto` is.
import { UserError } from '@blind-demod/arrays';
import { host } from '#host';
import { type ConcreteDevice, DEVICES, type Device } from './device-names.js';
import { eagerEngine } from './engines/eager.js';
import type { Engine } from './engines/engine.js';
import { onnxRuntimeEngine } from './engines/onnx-runtime.js';

const engines = new Map<ConcreteDevice, Promise<Engine>>();

/** The engine of a device, one per process. @throws UserError if the device does not work here, or is none. */
export async function engineOf(device: Device): Promise<Engine> {
  const chosen = await chosenDevice(device);
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
      return onnxRuntimeEngine(device);
    case 'js':
      return eagerEngine(async () => {
        await import('@tensorflow/tfjs-backend-cpu');
        return 'cpu';
      });
    case 'cuda': {
      const backend = host.cudaBackend();
      return backend ? eagerEngine(async () => backend()) : onnxRuntimeEngine('cuda');
    }
    default:
      throw new UserError(`there is no device "${device satisfies never}"; there are ${DEVICES.join(', ')}`);
  }
}

/**
 * The device itself, or what `auto` means on this machine.
 *
 * @example
 * import { chosenDevice } from '@blind-demod/jit';
 *
 * console.log(await chosenDevice('cpu')); // cpu
 */
export const chosenDevice = async (device: Device): Promise<ConcreteDevice> =>
  device === 'auto' ? (await chooseDevice()).device : device;

/** What `auto` means on this machine. */
export interface Choice {
  readonly device: ConcreteDevice;
  /** Why, for people to read. */
  readonly reason: string;
}

let choice: Promise<Choice> | undefined;

/**
 * What `auto` means on this machine, and why: a GPU that works, else the processor. Found out once.
 *
 * @example
 * import { chooseDevice, DEVICES } from '@blind-demod/jit';
 *
 * const { device } = await chooseDevice();
 * console.log(DEVICES.includes(device)); // true
 */
export function chooseDevice(): Promise<Choice> {
  choice ??= host.chooseDevice();
  return choice;
}
