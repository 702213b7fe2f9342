// What an experiment is: every setting of its config file.
export { type LoadedExperiment, loadExperiment } from './load.js';
export { type EvaluationSettings, type Experiment, experimentSchema, jsonSchema } from './schema.js';
