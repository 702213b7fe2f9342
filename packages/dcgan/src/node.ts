// The generators as they are made and kept, by Node: training, artifacts, the settings of both.

export { loadDenoiser, type TrainedDenoiser } from './denoiser/artifact.js';
export { trainDenoiser } from './denoiser/train-denoiser.js';
export { GENERATOR_KIND, loadGenerator } from './load.js';
export { asksForOthers } from './objectives/index.js';
export { type OneCycle, trainInOneCycle } from './one-cycle.js';
export { loadOnnxGenerator } from './onnx/load.js';
export { networkSchema, trainingSchema } from './settings.js';
export { type Errors, representationIn, type Score, scoreOn } from './snapshots.js';
export { foreignTraining, type TrainingRun, trainGenerator, trainingSettings } from './train.js';
export {
  ENCODER_FILE,
  ENCODER_KIND,
  type EncoderSettings,
  encoderSettings,
  loadEncoder,
  trainEncoder,
} from './train-encoder.js';
export { trainingSecondsIn } from './training-time.js';
