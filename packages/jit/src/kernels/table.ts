// Every TensorFlow.js kernel that has a translation to ONNX, by name.
import { elementwiseKernels } from './elementwise.js';
import { functionKernels } from './function.js';
import type { KernelTable } from './kernel.js';
import { productKernels } from './product.js';
import { reductionKernels } from './reduction.js';
import { resizeKernels } from './resize.js';
import { shapeKernels } from './shape.js';

export const kernelTable: KernelTable = {
  ...elementwiseKernels,
  ...functionKernels,
  ...productKernels,
  ...reductionKernels,
  ...resizeKernels,
  ...shapeKernels,
};
