// What an experiment is, and how its files are kept.
export { type Float32NdArray, float32, type NdArray, takeRows } from './arrays.js';
export {
  type Artifact,
  artifactIsCurrent,
  type Manifest,
  openArtifact,
  writeArtifact,
} from './artifacts.js';
export { UserError } from './errors.js';
export { writeFileAtomic } from './files.js';
export { gaussianWeights } from './gaussian.js';
export { hashOf } from './hash.js';
export { type LoadedExperiment, loadExperiment, loadSettings } from './load.js';
export { type Progress, startProgress } from './progress.js';
export { quantile } from './quantile.js';
export { type RandomStream, randomStream } from './random.js';
export { decodeSafetensors, encodeSafetensors } from './safetensors.js';
export {
  type EvaluationSettings,
  type Experiment,
  experimentSchema,
  FACTORS,
  type Factor,
  type ImageSettings,
  jsonSchema,
  type NetworkSettings,
  type SolverSettings,
  type TrainingSettings,
} from './schema.js';
