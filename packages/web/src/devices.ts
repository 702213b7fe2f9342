// What computes in the worker, and what it needs to be told first.
import { type Choice, chooseDevice } from '@blind-demod/jit';
import script from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import program from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import type { PageDevice } from './state.js';

let prepared: Promise<Choice> | undefined;

/** The device, ready to be used; what is asked for first counts. */
export function prepareDevice(asked: PageDevice): Promise<Choice> {
  prepared ??= prepare(asked);
  return prepared;
}

async function prepare(asked: PageDevice): Promise<Choice> {
  const choice =
    asked === 'auto' ? await chooseDevice() : { device: asked, reason: 'the address asks for it' };
  if (choice.device === 'cpu') {
    // Threads start from ONNX Runtime's own script.
    const { env } = await import('onnxruntime-web/wasm');
    const absolute = (path: string) => new URL(path, import.meta.url).href;
    env.wasm.wasmPaths = { mjs: absolute(script), wasm: absolute(program) };
  }
  return choice;
}
