// Reading the config file of an experiment.
import { type Loaded, loadAs } from '@blind-demod/artifacts';
import { type Experiment, experimentSchema } from './schema.js';

export type LoadedExperiment = Loaded<Experiment>;

/**
 * Reads an experiment from a JSON file.
 *
 * @throws UserError when the file is missing, is not JSON, or has a setting that is unknown or out of bounds.
 */
export const loadExperiment = (file: string): Promise<LoadedExperiment> => loadAs(file, experimentSchema);
