// Where tasks run: processes of this machine, or a cluster's.
export { exitWithLauncher } from './exit.js';
export { localLauncher } from './local.js';
export { slurmLauncher } from './slurm.js';
export { type SlurmSettings, slurmSchema } from './slurm-settings.js';
export type { Launcher, Outcome, Task } from './task.js';
