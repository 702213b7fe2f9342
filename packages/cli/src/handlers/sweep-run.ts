// The work of demod sweep-run: one run of a sweep, in a process of its own.
import { loadExperiment } from '@blind-demod/experiment';
import type { Arguments } from '../commands/sweep-run.js';
import { printResult } from '../output.js';
import { runExperiment } from '../sweep-run.js';

export async function run(args: Arguments): Promise<void> {
  const loaded = await loadExperiment(args.config, args.seed);
  const { pairs, estimates } = await runExperiment(loaded, args);
  const psnr = estimates.refined.psnr.median;
  printResult(args, { run: loaded.name, pairs, estimates }, [
    `${loaded.name}: ${pairs} pairs, refined ${psnr.toFixed(1)} dB`,
  ]);
}
