// What a tensor program has to know of the place it runs in. `#host` is one of its two kinds: Node's, or a browser's.
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import type { Choice } from './devices.js';

/** ONNX Runtime's own engines, of which each build has some. */
export type Provider = 'cpu' | 'webgpu' | 'cuda';

export interface Host {
  /** The number of threads that the machine lets this process have. */
  threadLimit(): number;
  /** What `auto` means here, and why. */
  chooseDevice(): Promise<Choice>;
  /** The build of ONNX Runtime that has a provider. @throws UserError if none has it here */
  onnxRuntime(provider: Provider): Promise<OnnxRuntime>;
  /**
   * What `cuda` is here: a TensorFlow.js backend, which the function that is returned registers and names, or, where none
   * is returned, ONNX Runtime's provider. @throws UserError if there is no `cuda`
   */
  cudaBackend(): (() => string) | undefined;
  /** Follows the error of a device that does not work: where to find out more. */
  readonly advice: string;
}

/** A build of ONNX Runtime. */
export interface OnnxRuntime {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof Tensor;
  /** Makes a program use so many threads: options of its session, as far as they are this build's own. */
  sessionOptions(threads: number): InferenceSession.SessionOptions;
}
