// Builds TensorFlow for the processor, if it is not there yet, before any test, and has every test process find it.
import type { TestProject } from 'vitest/node';
import { tensorflowOnCpu } from './tensorflow-on-cpu.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Why `cuda` cannot be tested here; undefined where it is. */
    withoutCuda: string | undefined;
  }
}

export default function setup(project: TestProject): void {
  const built = tensorflowOnCpu();
  const reason = 'reason' in built ? built.reason : undefined;
  if (reason !== undefined) console.warn(`device cuda is not tested: ${reason}`);
  project.provide('devices', reason === undefined ? ['cuda'] : []);
  project.provide('withoutCuda', reason);
  if ('environment' in built) Object.assign(process.env, built.environment);
}
