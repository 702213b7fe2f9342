// What every experiment on the theory is: settings, a computation, pictures and a small result.
import type { Device } from '@blind-demod/jit';
import type { z } from 'zod';

export interface StudyContext {
  readonly device: Device;
  /** The config file's folder: paths in the settings are relative to it. */
  readonly root: string;
  /** Tells how much is done, 0 to 1, and a note. */
  readonly progress: (fraction: number, note?: string) => void;
}

export interface StudyOutput {
  /** Plain JSON: what the text about the experiment claims, and what its pictures show. */
  readonly result: object;
  /** PNG files by name (without ending). */
  readonly pictures: Readonly<Record<string, Uint8Array>>;
  /** What was seen, in a few plain lines, for the terminal. */
  readonly findings: readonly string[];
}

/** What the settings of every experiment have. */
export interface StudySettings {
  /** Everything random follows from it. */
  readonly seed: number;
}

/** One experiment: `demod theory NAME` runs it with the settings of configs/theory/NAME.json. */
export interface Study<Settings extends StudySettings> {
  readonly name: string;
  readonly title: string;
  /** Defaults are the quick version, a minute on two cores. */
  readonly schema: z.ZodType<Settings>;
  /** What --large changes: minutes to an hour. */
  readonly large: Partial<Settings>;
  run(settings: Settings, context: StudyContext): Promise<StudyOutput>;
}
