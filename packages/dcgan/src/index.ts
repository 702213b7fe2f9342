// The generators as they are used: networks, the weights file, ONNX. For Node and the browser; node.ts has the rest.

export { type AdamState, adamStep, initialAdam } from './adam.js';
export type { ImageShape } from './architectures/architecture.js';
export type { NetworkSettings } from './architectures/index.js';
export { decodeEncoder, encoderOf, encoderSha256, type Generators, type TrainedEncoder } from './encoder.js';
export {
  type AnyGenerator,
  affineLayers,
  decodeGenerator,
  encodeGenerator,
  type Generator,
  generatorAtSize,
  generatorPrior,
  generatorSha256,
  generatorToOnnx,
  parameterCount,
} from './generator.js';
export { halving, initialHalving } from './halving.js';
export { networksOf } from './networks.js';
export { planOf, type TrainingSettings } from './objectives/index.js';
export type { Batch } from './objectives/objective.js';
export { type OneCycle, still, trainInOneCycle } from './one-cycle.js';
export { type OnnxGenerator, type OnnxOptions, readOnnxGenerator } from './onnx/generator.js';
export { type LayerParameters, type Parameters, zipParameters } from './parameters.js';
export type { GeneratorSettings } from './settings.js';
export { initialState, type StepResult, type TrainingState, trainingStep, valueAndGradient } from './step.js';
