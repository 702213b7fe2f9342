// How long a training took, over all the runs that it was stopped and taken up in. It is told beside the artifact, whose
// bytes depend on no clock.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@blind-demod/artifacts';
import { z } from 'zod';

const FILE = 'training-time.json';

export interface Timing {
  /** Keeps the seconds so far: what comes after the last call is lost with the run, like the steps since its checkpoint. */
  keep(): Promise<void>;
}

/** @param isResumed whether the seconds of an earlier run count. */
export async function startTiming(folder: string, isResumed: boolean): Promise<Timing> {
  const before = isResumed ? ((await trainingSecondsIn(folder)) ?? 0) : 0;
  const start = performance.now();
  return {
    keep: () => {
      const seconds = before + (performance.now() - start) / 1000;
      return writeFileAtomic(
        join(folder, FILE),
        `${JSON.stringify({ seconds: Number(seconds.toFixed(1)) })}\n`,
      );
    },
  };
}

const schema = z.object({ seconds: z.number().min(0) });

/** The seconds that the training of a generator took; null where that is not known. */
export async function trainingSecondsIn(folder: string): Promise<number | null> {
  try {
    return schema.parse(JSON.parse(await readFile(join(folder, FILE), 'utf8'))).seconds;
  } catch {
    return null;
  }
}
