// What tasks ask of Slurm: the settings of a small JSON file.
import { z } from 'zod';

export const slurmSchema = z
  .strictObject({
    partition: z.string().min(1).optional().describe("The partition; the cluster's own when absent."),
    account: z.string().min(1).optional().describe('Whose time it is; yours when absent.'),
    time: z
      .string()
      .regex(/^(\d+|\d+:\d{2}|(\d+-)?\d+:\d{2}:\d{2})$/, {
        error: 'expected minutes, as "90", or "2:30:00", or days, as "1-12:00:00"',
      })
      .optional()
      .describe(
        'Of one task: minutes, hours:minutes:seconds or days-hours:minutes:seconds. A task that takes longer is killed, and goes on when it is started again.',
      ),
    memory: z
      .string()
      .regex(/^\d+[KMGT]?$/, { error: 'expected a size, as "4G"' })
      .default('4G')
      .describe('Of one task: 4G, 800M.'),
    cpus: z.int().min(1).max(1024).default(2).describe('Processors of one task.'),
    gpus: z.int().min(0).max(64).default(0).describe('GPUs of one task.'),
    atOnce: z.int().min(1).optional().describe('How many tasks run at once at most; no limit when absent.'),
    poll: z.number().min(0.1).max(600).default(5).describe('Seconds between two looks at the queue.'),
  })
  .describe('What a task asks of Slurm.');

export type SlurmSettings = z.output<typeof slurmSchema>;

/** As options of sbatch. */
export const sbatchOptions = ({ partition, account, time, memory, cpus, gpus }: SlurmSettings): string[] => [
  ...(partition === undefined ? [] : [`--partition=${partition}`]),
  ...(account === undefined ? [] : [`--account=${account}`]),
  ...(time === undefined ? [] : [`--time=${time}`]),
  `--mem=${memory}`,
  '--ntasks=1',
  `--cpus-per-task=${cpus}`,
  ...(gpus === 0 ? [] : [`--gpus=${gpus}`]),
];
