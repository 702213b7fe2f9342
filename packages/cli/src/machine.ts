// What a machine is, in a line.
import { cpus, totalmem } from 'node:os';

export function describeMachine(): string {
  const cores = cpus();
  const gibibytes = (totalmem() / 2 ** 30).toFixed(1);
  return `${cores.length} cores (${cores[0]?.model.trim() ?? 'unknown'}), ${gibibytes} GiB of memory`;
}
