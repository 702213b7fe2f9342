// The script of a job array, and the files that its tasks leave beside their logs.
import { resolve } from 'node:path';
import { logOf, type Task } from './task.js';

/** What Slurm itself says of a task: that its time or its memory was used up, for example. `key` is job_index. */
export const messagesOf = (logs: string, key: string): string => resolve(logs, `slurm-${key}.out`);

/** The job of a file that a task of Slurm left, its index, and whether it is its exit code; undefined for other files. */
export function fileOfSlurm(name: string): { job: string; key: string; isExit: boolean } | undefined {
  const [, key, job, kind] = /^slurm-((\d+)_\d+)\.(exit|out)$/.exec(name) ?? [];
  return key === undefined ? undefined : { job: job!, key, isExit: kind === 'exit' };
}

/** A shell script, for one of these tasks by the index that it is given. It leaves the exit code of its task in a file. */
export function arrayScript(tasks: readonly Task[], logs: string): string {
  const cases = tasks.map(
    (task, index) =>
      `${index}) log=${quoted(resolve(logOf(logs, task)))}; set -- ${task.command.map(quoted).join(' ')} ;;`,
  );
  return `#!/bin/sh
case "$SLURM_ARRAY_TASK_ID" in
${cases.join('\n')}
esac
"$@" > "$log" 2>&1
code=$?
echo "$code" > ${quoted(resolve(logs))}/"slurm-\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID.exit"
exit "$code"
`;
}

/** A word of the shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
