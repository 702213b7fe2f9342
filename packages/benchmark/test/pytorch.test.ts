import { UserError } from '@blind-demod/arrays';
import { expect, test } from 'vitest';
import { PROGRAM_NAMES } from '../src/programs.js';
import { pytorchVersion, startPyTorch } from '../src/pytorch.js';

const missing = (() => {
  try {
    pytorchVersion();
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message;
  }
})();
if (missing !== undefined) console.info(missing);

test.skipIf(missing !== undefined)('PyTorch runs the same programs, and counts what they take', async () => {
  // Where there is no GPU, what is meant for one runs on the processor, too.
  for (const [program, engine, gpu] of [
    ...PROGRAM_NAMES.map(program => [program, 'pytorch eager', false] as const),
    ['training step', 'pytorch tf32', true] as const,
  ]) {
    const task = { engine, program, maps: 2, batch: 2, threads: 1, gpu } as const;
    const { run, finish } = await startPyTorch(task);
    expect(await run()).toBeGreaterThan(0);
    const { operations, peakMemoryMB } = await finish();
    expect(operations).toBeGreaterThan(0);
    expect(peakMemoryMB).toBeGreaterThan(10);
  }
});
