// Whether a device works here, found out by a small program in a process of its own: a native library may crash, and
// tells what it lacks on stderr alone.
import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConcreteDevice } from '../device-names.js';

/** What the process finds out: of a device that works, the Vulkan drivers that it loaded. */
export type Answer =
  | { readonly works: true; readonly drivers: readonly string[] }
  | { readonly works: false; readonly reason: string };

const PROGRAM = fileURLToPath(new URL('../../dist/node/probe-device.js', import.meta.url));
const TIMEOUT_MS = 120_000;

const answers = new Map<ConcreteDevice, Answer>();

/** Tries a device, once in the life of this process. */
export function probe(device: ConcreteDevice): Answer {
  let answer = answers.get(device);
  if (answer === undefined) {
    answer = tryDevice(device);
    answers.set(device, answer);
  }
  return answer;
}

/** Tries a device now. */
export function tryDevice(device: ConcreteDevice): Answer {
  const { stdout, stderr, signal } = spawnSync(process.execPath, [PROGRAM, device], {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  try {
    // The last line: TensorFlow's binding prints there, too.
    const answer: Answer = JSON.parse(stdout.trimEnd().split('\n').at(-1)!);
    return answer.works ? answer : { works: false, reason: lacking(stderr) ?? answer.reason };
  } catch {
    return { works: false, reason: `it crashed${signal ? ` (${signal})` : ''}` };
  }
}

/** What native libraries say about a library that they do not find. */
export function lacking(stderr: string): string | undefined {
  const names = [
    // Dawn, under WebGPU; ONNX Runtime's CUDA provider; TensorFlow.
    /Couldn't load Vulkan: ([^:\s]+)/g,
    /with error: ([^:\s]+): cannot open shared object/g,
    /Could not load dynamic library '([^']+)'/g,
  ].flatMap(pattern => [...stderr.matchAll(pattern)].map(([, path]) => basename(path!)));
  return names.length > 0 ? `${[...new Set(names)].join(', ')} not found` : undefined;
}
