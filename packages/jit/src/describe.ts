// Which devices work on this machine, found out by running a small program on each.
import { cpus } from 'node:os';
import { float32 } from '@blind-demod/experiment';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { compile } from './compile.js';
import { DEVICES, type Device } from './devices.js';
import { threadLimit } from './threads.js';

export interface DeviceReport {
  readonly device: Exclude<Device, 'auto'>;
  readonly works: boolean;
  /** What it runs on, or why it does not work and what to do. */
  readonly detail: string;
}

const descriptions = () =>
  ({
    cpu: `ONNX Runtime, ${threadLimit() ?? cpus().length} threads`,
    js: `TensorFlow.js ${tf.version_core}, plain JavaScript: the slow reference`,
    webgpu: 'ONNX Runtime, WebGPU',
    cuda: 'TensorFlow with CUDA',
  }) satisfies Record<DeviceReport['device'], string>;

/** Every device, in the order in which `--device` lists them. */
export async function describeDevices(): Promise<DeviceReport[]> {
  const devices = DEVICES.filter(device => device !== 'auto');
  return Promise.all(
    devices.map(async device => {
      try {
        const x = float32([2], Float32Array.of(1, 2));
        const double = await compile((input: Tensor) => tf.add(input, input), x, { device });
        const { data } = await double.run(x);
        await double.dispose();
        if (data[1] !== 4) throw new Error(`it computed 2 + 2 = ${data[1]}`);
        return { device, works: true, detail: descriptions()[device] };
      } catch (error) {
        return { device, works: false, detail: (error as Error).message };
      }
    }),
  );
}
