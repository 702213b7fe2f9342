// How many threads this process has been given, so that several share a machine.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const PROCESSORS = '/sys/devices/system/cpu';

/**
 * The number of threads to use: the least of the processor's cores, the processors that this process may run on, the
 * limit of its container, and SLURM_CPUS_PER_TASK.
 */
export function threadLimit(): number {
  return Math.min(coreCount(), availableParallelism(), containerLimit(), slurmLimit());
}

/** A core computes products no faster with the second thread that it may run. Only Linux tells of them. */
function coreCount(): number {
  if (!existsSync(PROCESSORS)) return Number.POSITIVE_INFINITY;
  const files = readdirSync(PROCESSORS)
    .filter(name => /^cpu\d+$/.test(name))
    .map(name => `${PROCESSORS}/${name}/topology/thread_siblings_list`)
    .filter(file => existsSync(file));
  return new Set(files.map(file => readFileSync(file, 'utf8'))).size || Number.POSITIVE_INFINITY;
}

/** A task of Slurm is not always bound to its processors. */
function slurmLimit(): number {
  return Number(process.env.SLURM_CPUS_PER_TASK) || Number.POSITIVE_INFINITY;
}

// A quota of processor time per period: version 2 of Linux' control groups has them in one file, version 1 in two.
const QUOTA_FILES = [
  ['/sys/fs/cgroup/cpu.max'],
  ['/sys/fs/cgroup/cpu/cpu.cfs_quota_us', '/sys/fs/cgroup/cpu/cpu.cfs_period_us'],
];

/** Node 20 does not know of it: `docker run --cpus 2` or Kubernetes' `limits.cpu` shows a process all cores. */
function containerLimit(): number {
  for (const files of QUOTA_FILES) {
    try {
      return cpusOfQuota(files.map(file => readFileSync(file, 'utf8')).join(' '));
    } catch {
      // Not Linux, or the other version.
    }
  }
  return Number.POSITIVE_INFINITY;
}

/** Whole processors, at least one, in "quota period"; "max" or −1 stand for no quota. */
export function cpusOfQuota(text: string): number {
  const [quota, period] = text.trim().split(/\s+/).map(Number);
  if (!(quota! > 0 && period! > 0)) return Number.POSITIVE_INFINITY;
  return Math.max(1, Math.floor(quota! / period!));
}
