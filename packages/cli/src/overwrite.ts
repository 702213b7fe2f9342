// What a command may not replace: files that it did not write from the same inputs.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import { artifactIsCurrent, openArtifact } from '@blind-demod/artifacts';
import type { Options } from 'yargs';

/** Taken by the commands whose results may stand in the way of others. */
export const forceOption = {
  force: {
    type: 'boolean',
    default: false,
    describe: 'Replace what is there, made from other inputs',
  },
} as const satisfies Record<string, Options>;

/** What to do where a generator of other settings is in the way. */
export const INSTEAD = 'keep it by another name of the config or another --out, or replace it with --force';

/** What a folder is to hold: an artifact of this kind, made with these settings. */
interface Content {
  readonly kind: string;
  readonly settings: object;
}

/**
 * @throws UserError when the folder holds a finished artifact of this kind that was made with other settings: where they
 * differ, and `remedy`.
 */
export async function refuseOther(
  folder: string,
  { kind, settings }: Content,
  remedy: string,
): Promise<void> {
  const finished = await openArtifact(folder, { kind, remedy }).catch(() => undefined);
  if (finished !== undefined) await openArtifact(folder, { kind, settings, remedy });
}

/** @throws UserError when one of the files is there, and not from a run with the same settings. */
export async function refuseFiles(folder: string, names: readonly string[], content: Content): Promise<void> {
  if (await artifactIsCurrent(folder, content)) return;
  for (const name of names) {
    const file = join(folder, name);
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (isThere) {
      throw new UserError(
        `${file} is there, and not from this picture with these settings; choose another folder with --out, or replace it with --force`,
      );
    }
  }
}
