// The generators: networks, adversarial training, checkpoints, export.
export {
  affineLayers,
  decodeGenerator,
  encodeGenerator,
  GENERATOR_KIND,
  type Generator,
  generatorPrior,
  generatorToOnnx,
  loadGenerator,
} from './generator.js';
export { generate, type ImageShape, type Parameters } from './networks.js';
export type { Score } from './snapshots.js';
export { type Batch, initialState, type StepResult, type TrainingState, trainingStep } from './step.js';
export { type TrainingRun, trainGenerator, trainingSettings } from './train.js';
