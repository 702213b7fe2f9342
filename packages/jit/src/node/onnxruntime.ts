// ONNX Runtime by its native binding, which is told to keep what it sees to itself.
import './telemetry.js';

export { InferenceSession, Tensor } from '#onnxruntime-node';
