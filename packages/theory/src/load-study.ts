// A study and its settings: the defaults, or those of a file, with --large on top.

import { dirname, resolve } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import { loadSettings } from '@blind-demod/artifacts';
import { z } from 'zod';
import { STUDIES } from './studies/index.js';
import type { Study, StudySettings } from './study.js';

export interface LoadedStudy {
  readonly study: Study<StudySettings>;
  readonly settings: StudySettings;
  /** The folder to which paths in the settings are relative, absolute. */
  readonly root: string;
}

/** @throws UserError when there is no study of that name */
export function findStudy(name: string): Study<StudySettings> {
  const study = STUDIES.find(candidate => candidate.name === name);
  if (study !== undefined) return study;
  throw new UserError(
    `no study is called "${name}"; there are ${STUDIES.map(known => known.name).join(', ')}`,
  );
}

/**
 * Finds a study and its settings.
 *
 * @param options.file a JSON file of settings; those that it does not name have their defaults, as all have without it.
 * @param options.large the larger version, whose settings take the place of those in the file.
 * @throws UserError when there is no study of that name, or when the file is missing, is not JSON, or has a setting
 *   that is unknown or out of bounds.
 */
export async function loadStudy(
  name: string,
  { file, large }: { file?: string | undefined; large: boolean },
): Promise<LoadedStudy> {
  const study = findStudy(name);
  const { $schema, ...settings } =
    file === undefined ? study.schema.parse({}) : await loadSettings(file, study.schema);
  return {
    study,
    settings: { ...settings, ...(large && study.large) },
    root: file === undefined ? process.cwd() : dirname(resolve(file)),
  };
}

/** The JSON Schema (draft 2020-12) of a study's settings: editors complete and check a file of settings by it. */
export function studyJsonSchema(study: Study<StudySettings>): object {
  return z.toJSONSchema(study.schema, { io: 'input' });
}
