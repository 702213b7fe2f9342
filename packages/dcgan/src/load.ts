// Reading a trained generator from its artifact.
import { openArtifact } from '@blind-demod/artifacts';
import { decodeGenerator, type Generator } from './generator.js';

/** What an artifact of a trained generator is called in its manifest. */
export const GENERATOR_KIND = 'generator';
export const WEIGHTS_FILE = 'generator.safetensors';

/**
 * The trained generator of an artifact folder.
 * @throws UserError, ending with `remedy`, if there is none, it is damaged, or was trained with other settings.
 */
export async function loadGenerator(
  folder: string,
  wanted: { settings?: object; remedy: string },
): Promise<Generator> {
  const artifact = await openArtifact(folder, { kind: GENERATOR_KIND, ...wanted });
  return decodeGenerator(await artifact.read(WEIGHTS_FILE), `${folder}/${WEIGHTS_FILE}`);
}
