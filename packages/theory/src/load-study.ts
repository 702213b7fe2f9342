// The settings of an experiment on the theory: from its config file, with --large on top.

import { dirname, join, resolve } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import { loadSettings } from '@blind-demod/artifacts';
import { z } from 'zod';
import { STUDIES } from './studies.js';
import type { Study, StudySettings } from './study.js';

/** Where the config files are, seen from the repository's root. */
const CONFIGS = join('configs', 'theory');

export interface LoadedStudy {
  readonly study: Study<StudySettings>;
  readonly settings: StudySettings;
  /** The config file's folder, absolute. */
  readonly root: string;
}

/** @throws UserError when there is no experiment of that name */
export function findStudy(name: string): Study<StudySettings> {
  const study = STUDIES.find(candidate => candidate.name === name);
  if (study !== undefined) return study;
  throw new UserError(
    `no experiment on the theory is called "${name}"; there are ${STUDIES.map(known => known.name).join(', ')}`,
  );
}

/**
 * Reads the settings of an experiment.
 *
 * @param options.file its config file; configs/theory/NAME.json unless given.
 * @param options.large the larger version, whose settings take the place of those in the file.
 * @throws UserError when the file is missing, is not JSON, or has a setting that is unknown or out of bounds.
 */
export async function loadStudy(
  name: string,
  { file = join(CONFIGS, `${name}.json`), large }: { file?: string | undefined; large: boolean },
): Promise<LoadedStudy> {
  const study = findStudy(name);
  const { $schema, ...settings } = (await loadSettings(file, study.schema)) as StudySettings & {
    $schema?: string;
  };
  return { study, settings: { ...settings, ...(large && study.large) }, root: dirname(resolve(file)) };
}

/** The JSON Schema (draft 2020-12) of an experiment's config file, from which editors complete and check it. */
export function studyJsonSchema(study: Study<StudySettings>): object {
  return z.toJSONSchema(study.schema, { io: 'input' });
}
