// A process of its own that tries a device: node probe-device.js DEVICE. It answers on stdout.
import { float32 } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { compile } from '../compile.js';
import type { ConcreteDevice } from '../device-names.js';
import { vulkanDrivers } from './gpu.js';
import type { Answer } from './probe.js';

async function attempt(device: ConcreteDevice): Promise<Answer> {
  try {
    const x = float32([2], Float32Array.of(1, 2));
    const double = await compile((input: Tensor) => tf.add(input, input), x, { device });
    const { data } = await double.run(x);
    if (data[1] !== 4) throw new Error(`it computed 2 + 2 = ${data[1]}`);
    return { works: true, drivers: vulkanDrivers() };
  } catch (error) {
    const { message } = error as Error;
    return { works: false, reason: message.replace(/^device "\w+":? |; see `demod doctor`$/g, '') };
  }
}

console.log(JSON.stringify(await attempt(process.argv[2] as ConcreteDevice)));
