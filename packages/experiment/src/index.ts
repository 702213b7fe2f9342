// What an experiment is, and how its files are kept.
export {
  type Artifact,
  artifactIsCurrent,
  type Manifest,
  openArtifact,
  writeArtifact,
} from './artifacts.js';
export { writeFileAtomic } from './files.js';
export { hashOf } from './hash.js';
export { type LoadedExperiment, loadExperiment, loadSettings } from './load.js';
export { type Progress, startProgress } from './progress.js';
export {
  type EvaluationSettings,
  type Experiment,
  experimentSchema,
  type ImageSettings,
  jsonSchema,
  type NetworkSettings,
  type TrainingSettings,
} from './schema.js';
