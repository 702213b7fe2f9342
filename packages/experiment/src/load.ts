// Reading the config file of an experiment.
import { type Loaded, loadAs } from '@blind-demod/artifacts';
import { withContent } from '@blind-demod/distortion-data';
import { type Experiment, experimentAsWritten, experimentSchema } from './schema.js';

export type LoadedExperiment = Loaded<Experiment>;

/**
 * Reads an experiment from a JSON file. With another seed than the file's it is another experiment: named NAME-seed-SEED,
 * and called by its file and `--seed SEED`, as on the command line.
 * What is in the files that its images are made of counts among its settings.
 *
 * @throws UserError when the file is missing, is not JSON, or has a setting that is unknown or out of bounds, or when the
 *   images' files cannot be read.
 */
export async function loadExperiment(file: string, seed?: number): Promise<LoadedExperiment> {
  const loaded = await withContent(await loadAs(file, experimentSchema, experimentAsWritten));
  if (seed === undefined || seed === loaded.experiment.seed) return loaded;
  return {
    ...loaded,
    name: `${loaded.name}-seed-${seed}`,
    file: `${file} --seed ${seed}`,
    experiment: { ...loaded.experiment, seed },
  };
}
