// What a study is: settings, a computation, pictures and a small result.
import type { Device } from '@blind-demod/jit';
import type { z } from 'zod';

/** A study of the theory: `demod theory NAME` runs it. A file of studies/ exports it, studies/index.ts lists it. */
export interface Study<Settings extends StudySettings> {
  /** As it is called on the command line; its artifact's folder and its page in docs/ have the same name. */
  readonly name: string;
  /** In a few words, what is seen. */
  readonly title: string;
  /** Every setting with its default and what it means. The defaults are the quick version, a minute on two cores. */
  readonly schema: z.ZodType<Settings>;
  /** The settings that --large changes: minutes to an hour. */
  readonly large: Partial<Settings>;
  run(settings: Settings, context: StudyContext): Promise<StudyOutput>;
}

/** The settings that every study has. */
export interface StudySettings {
  readonly $schema?: string | undefined;
  /** Everything random follows from it. */
  readonly seed: number;
}

/** What a study is given besides its settings. */
export interface StudyContext {
  readonly device: Device;
  /** The folder to which paths in the settings are relative: that of their file, or the working folder without one. */
  readonly root: string;
  /** Tells how much is done, 0 to 1, and a note. */
  readonly progress: (fraction: number, note?: string) => void;
}

/** What a study shows. */
export interface StudyOutput {
  /** Plain JSON: what the study's page claims, and what its pictures show. */
  readonly result: object;
  /** PNG files by name (without ending). */
  readonly pictures: Readonly<Record<string, Uint8Array>>;
  /** What was seen, in a few plain lines, for the terminal. */
  readonly findings: readonly string[];
}
