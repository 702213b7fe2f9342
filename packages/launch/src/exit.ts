// How a task ends when its launcher is gone. By itself, because every start of the program loads it.
import { constants } from 'node:os';

/**
 * To be called by the program that tasks are: a task of a launcher that is gone, however it went, ends, too. Else it would
 * be in the way of the tasks that are launched next.
 */
export function exitWithLauncher(): void {
  if (process.channel === undefined) return;
  process.on('disconnect', () => process.exit(128 + constants.signals.SIGTERM));
  process.channel.unref();
}
