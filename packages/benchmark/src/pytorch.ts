// PyTorch as a peer, where there is a Python that has it: peers/pytorch.py has the programs.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { UserError } from '@blind-demod/arrays';
import { lastLine, type PythonProgram, python, startPython } from '@blind-demod/artifacts';
import { countOperations } from '@blind-demod/jit';
import type { Worker } from './process.js';
import { makeProgram } from './programs.js';
import type { Answer, PyTorchTask } from './task.js';

const PROGRAMS = fileURLToPath(new URL('../peers/pytorch.py', import.meta.url));

/** Prints the version, and of a GPU that it finds the name. */
const VERSION = `import torch
print(torch.__version__ + (" on " + torch.cuda.get_device_name() if torch.cuda.is_available() else ""))`;

/**
 * Which PyTorch there is, such as "2.15.0", and for a comparison on a GPU on which.
 *
 * @throws UserError when there is none
 */
export function pytorchVersion(gpu = false): string {
  const program = gpu ? VERSION : 'import torch; print(torch.__version__)';
  const { error, stdout, stderr } = spawnSync(python(), ['-c', program], { encoding: 'utf8' });
  const version = stdout?.trim();
  if (version) return version;
  const why = error ? `${python()} cannot be started` : lastLine(stderr);
  throw new UserError(
    `PyTorch is not measured: ${why}; install it (\`pip install torch\`), and name its Python by $PYTHON`,
  );
}

/** @throws UserError when PyTorch cannot run the program in this way here, such as without a compiler */
export async function startPyTorch(task: PyTorchTask): Promise<Worker> {
  const start = performance.now();
  const setting = task.engine.replace('pytorch ', '');
  const child = startPython(PROGRAMS, JSON.stringify({ ...task, setting }));
  const next = answersOf(child, task);
  await next('ready');
  return {
    task,
    firstRunSeconds: (performance.now() - start) / 1000,
    run: async () => {
      child.input.write('run\n');
      return (await next('ran')).milliseconds;
    },
    finish: async () => {
      child.input.end();
      const { peakMemoryMB } = await next('finished');
      // Counted as for this project, so that rates are ratios of times.
      const { fn, input } = makeProgram(task.program, task);
      return { operations: countOperations(fn, input), peakMemoryMB };
    },
    kill: () => child.kill(),
  };
}

/** The answers of a process, one at each call. */
const answersOf =
  (child: PythonProgram, { engine, program }: PyTorchTask) =>
  async <K extends Answer['kind']>(kind: K): Promise<Extract<Answer, { kind: K }>> => {
    const answer = (await child.answer().catch(error => {
      throw new UserError(`"${program}" is not measured on ${engine}: ${error.message}`);
    })) as Answer;
    if (answer.kind === kind) return answer as Extract<Answer, { kind: K }>;
    throw new Error(`expected "${kind}" of ${engine}, got ${JSON.stringify(answer)}`);
  };
