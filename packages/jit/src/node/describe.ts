// Which devices work on this machine, and what the others lack.
import * as tf from '@tensorflow/tfjs-core';
import { type ConcreteDevice, DEVICES } from '../device-names.js';
import { threadCount } from '../threads.js';
import { cudaMissing, installedCuda } from './cuda.js';
import { findGpus, gpuOfDrivers } from './gpu.js';
import { probe } from './probe.js';

/** What is known of a device on this machine. */
export interface DeviceReport {
  readonly device: ConcreteDevice;
  readonly works: boolean;
  /** What it runs on, or why it does not work and what to do. */
  readonly detail: string;
}

/**
 * Every device, in the order in which `--device` lists them. Each is tried in a process of its own, which takes a second or
 * two.
 *
 * @example
 * import { describeDevices } from '@blind-demod/jit/node';
 *
 * const cpu = describeDevices().find(({ device }) => device === 'cpu');
 * console.log(cpu.works, cpu.detail.startsWith('ONNX Runtime')); // true true
 */
export const describeDevices = (): DeviceReport[] =>
  DEVICES.filter(device => device !== 'auto').map(describeDevice);

/**
 * One device, tried in a process of its own.
 *
 * @example
 * import { describeDevice } from '@blind-demod/jit/node';
 *
 * console.log(describeDevice('js').works); // true
 */
export function describeDevice(device: ConcreteDevice): DeviceReport {
  if (device === 'cuda' && !installedCuda()) return { device, works: false, detail: cudaMissing() };
  const answer = probe(device);
  const detail = answer.works ? working(device, answer.drivers) : broken(device, answer.reason);
  return { device, works: answer.works, detail };
}

function working(device: ConcreteDevice, drivers: readonly string[]): string {
  switch (device) {
    case 'cpu':
      return `ONNX Runtime, ${threadCount()} threads`;
    case 'js':
      return `TensorFlow.js ${tf.version_core}, plain JavaScript: the slow reference`;
    case 'webgpu':
      return `ONNX Runtime, WebGPU ${adapter(drivers)}`;
    case 'cuda':
      return installedCuda()!.title;
    default:
      return device satisfies never;
  }
}

function adapter(drivers: readonly string[]): string {
  if (process.platform === 'darwin') return 'on Metal';
  if (process.platform === 'win32') return 'on Direct3D';
  const gpu = gpuOfDrivers(findGpus(), drivers);
  return gpu ? `on the ${gpu.maker.name} GPU` : `in software (${drivers.join(', ')}): slower than cpu`;
}

function broken(device: ConcreteDevice, reason: string): string {
  const cuda = installedCuda();
  if (device === 'cuda' && cuda) return `${cuda.title} needs ${cuda.needs}: ${reason}`;
  return device === 'webgpu' && process.platform === 'linux' ? brokenOnLinux(reason) : reason;
}

function brokenOnLinux(reason: string): string {
  const gpus = findGpus();
  const closed = gpus.find(({ accessible }) => !accessible);
  if (gpus.length === 0) return 'no GPU found';
  if (closed) return `${closed.file} may not be opened; join its group (usually "render")`;
  return `${reason}; install the Vulkan loader and the GPU's driver (Debian: libvulkan1, mesa-vulkan-drivers)`;
}
