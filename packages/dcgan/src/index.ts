// The generators as they are used: networks, the weights file, ONNX. For Node and the browser; node.ts has the rest.
export {
  affineLayers,
  decodeGenerator,
  encodeGenerator,
  type Generator,
  generatorPrior,
  generatorToOnnx,
} from './generator.js';
export { generate, type ImageShape, type Parameters } from './networks.js';
export type { GeneratorSettings, NetworkSettings, TrainingSettings } from './settings.js';
export { type Batch, initialState, type StepResult, type TrainingState, trainingStep } from './step.js';
