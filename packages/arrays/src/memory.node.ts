// How much memory this process may use, in Node.
import { totalmem } from 'node:os';

/** Bytes: the least of the machine's, those of its container or control group, and those of its task of Slurm. */
export function memoryLimit(): number {
  // Zero where there is no limit, or none that is known; larger than any machine's where there is none.
  const limits = [totalmem(), process.constrainedMemory(), Number(process.env.SLURM_MEM_PER_NODE) * 2 ** 20];
  return Math.min(...limits.filter(bytes => bytes > 0));
}
