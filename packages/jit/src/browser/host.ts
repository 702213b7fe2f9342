// The host where programs run in a browser: ONNX Runtime as WebAssembly, and WebGPU where the browser has it.
import { UserError } from '@blind-demod/arrays';
import type { Env } from 'onnxruntime-common';
import type { Host, OnnxRuntime, Provider } from '../host.js';

/** What is asked of the browser. */
interface Browser {
  readonly crossOriginIsolated?: boolean;
  readonly WebAssembly?: object;
  readonly navigator?: { readonly hardwareConcurrency: number; readonly gpu?: Gpu };
}
interface Gpu {
  requestAdapter(): Promise<{ readonly info?: { readonly isFallbackAdapter?: boolean } } | null>;
}
const { crossOriginIsolated, navigator, WebAssembly } = globalThis as Browser;

export const host: Host = {
  // Threads share memory, which a page has only where it is isolated from other origins.
  threadLimit: () => (crossOriginIsolated && navigator ? navigator.hardwareConcurrency : 1),
  async chooseDevice() {
    const adapter = await navigator?.gpu?.requestAdapter();
    if (!adapter) return { device: 'cpu', reason: 'the browser has no WebGPU adapter' };
    if (adapter.info?.isFallbackAdapter) return { device: 'cpu', reason: 'WebGPU computes in software' };
    return { device: 'webgpu', reason: 'WebGPU works' };
  },
  async onnxRuntime(provider): Promise<OnnxRuntime> {
    const { InferenceSession, Tensor, env } = await load(provider);
    return {
      InferenceSession,
      Tensor,
      sessionOptions: threads => {
        env.wasm.numThreads = servesThreads(env) ? threads : 1;
        return {};
      },
    };
  },
  cudaBackend() {
    throw new UserError(NO_CUDA);
  },
  advice: '',
};

/**
 * Whether it was told where its own script is. Threads start from that; else they would start from the page's script,
 * which it is bundled into, and run the page once more each.
 */
function servesThreads({ wasm: { wasmPaths } }: Env): boolean {
  return typeof wasmPaths === 'string' || wasmPaths?.mjs !== undefined;
}

const NO_CUDA = 'device "cuda": a browser has none; there are auto, cpu, js, webgpu';

/** The smallest build that has the provider. That of `webgpu` has the kernels of Node's binding. */
function load(provider: Provider) {
  switch (provider) {
    case 'cpu':
      return import('onnxruntime-web/wasm');
    case 'webgpu':
      // Where WebAssembly can wait for promises, a build of two thirds the size does.
      return WebAssembly && 'Suspending' in WebAssembly
        ? import('onnxruntime-web/jspi')
        : import('onnxruntime-web/webgpu');
    case 'cuda':
      throw new UserError(NO_CUDA);
    default:
      return provider satisfies never;
  }
}
