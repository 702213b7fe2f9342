// Where the configs and the trained generators are that come with the project.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const isThere = (folder: string) => existsSync(join(folder, 'configs', 'default.json'));
/** Beside this code where the package was installed, at the top of the repository where it is at home. */
const PLACES = ['..', '../../..'].map(up => fileURLToPath(new URL(up, import.meta.url)));

/**
 * The path of something that comes along.
 *
 * @param path from the top of the repository on.
 * @example
 * shipped('configs', 'default.json')
 */
export const shipped = (...path: string[]): string => join(PLACES.find(isThere) ?? PLACES[0]!, ...path);
