// The work of demod train --pictures: the prior of a specimen, trained.
import { join } from 'node:path';
import { learnPrior } from '@blind-demod/illumination';
import type { Arguments } from '../commands/train.js';
import { printResult } from '../output.js';

export async function run({ pictures = [], out, seed, force, dark, mask, json }: Arguments): Promise<void> {
  const result = await learnPrior({ pictures, out: join(out, 'prior'), seed, force, dark, mask });
  const trained = `trained on ${result.pictures} pictures, in ${result.folder}`;
  printResult({ json }, result, [`${trained}; demod correct takes it as --prior`]);
}
