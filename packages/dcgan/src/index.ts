// The generators as they are used: networks, the weights file, ONNX. For Node and the browser; node.ts has the rest.

export { type AdamState, adamStep, initialAdam } from './adam.js';
export type { ImageShape } from './architectures/architecture.js';
export type { NetworkSettings } from './architectures/index.js';
export { decodeDenoiser } from './denoiser/decode.js';
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
export { dense, halving, initialHalving, PLACES, withPlaces } from './halving.js';
export { resizeBilinear } from './layers.js';
export { networksOf } from './networks.js';
export { planOf, type TrainingSettings } from './objectives/index.js';
export type { Batch } from './objectives/objective.js';
export { type OnnxGenerator, type OnnxOptions, readOnnxGenerator } from './onnx/generator.js';
export {
  type LayerParameters,
  layersIn,
  type Parameters,
  randomLayer,
  tensorsOf,
  zipParameters,
} from './parameters.js';
export type { GeneratorSettings } from './settings.js';
export {
  initialState,
  type StepResult,
  stepsTogether,
  type TrainingState,
  trainingStep,
  valueAndGradient,
} from './step.js';
export { still } from './still.js';
