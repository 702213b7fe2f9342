// What is computed batch by batch, kept on disk under everything that it depends on.

import { join } from 'node:path';
import { artifactIsCurrent, openArtifact, writeArtifact } from '@blind-demod/artifacts';

export interface Store<Key, Value> {
  /** Whether there is one made with the same settings, in an undamaged file. */
  has(key: Key): Promise<boolean>;
  /** @throws UserError when it cannot be written */
  keep(key: Key, value: Value): Promise<void>;
  /** @throws UserError when it is not there, or damaged */
  read(key: Key): Promise<Value>;
}

/** A value is an artifact of one file, in a folder of its own. */
export function storeOf<Key, Value>({
  seed,
  kind,
  file,
  remedy,
  folderOf,
  settingsOf,
  encode,
  decode,
}: {
  readonly seed: number;
  readonly kind: string;
  readonly file: string;
  /** What to do about one that cannot be read. */
  readonly remedy: string;
  folderOf(key: Key): string;
  /** Everything that the value depends on. */
  settingsOf(key: Key): object;
  encode(value: Value): Uint8Array | string;
  /** @param path for messages. */
  decode(bytes: Uint8Array, path: string): Value;
}): Store<Key, Value> {
  const describe = (key: Key) => ({ kind, settings: settingsOf(key) });
  return {
    has: key => artifactIsCurrent(folderOf(key), describe(key)),
    keep: (key, value) =>
      writeArtifact(folderOf(key), { ...describe(key), seed, files: { [file]: encode(value) } }),
    read: async key => {
      const artifact = await openArtifact(folderOf(key), { ...describe(key), remedy });
      return decode(await artifact.read(file), join(folderOf(key), file));
    },
  };
}
