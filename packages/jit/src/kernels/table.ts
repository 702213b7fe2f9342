// Every TensorFlow.js kernel that has a translation to ONNX, by name.
import { convolutionKernels } from './convolution.js';
import { elementwiseKernels } from './elementwise.js';
import { functionKernels } from './function.js';
import { indexingKernels } from './indexing.js';
import type { KernelTable } from './kernel.js';
import { poolKernels } from './pool.js';
import { productKernels } from './product.js';
import { reductionKernels } from './reduction.js';
import { resizeKernels } from './resize.js';
import { shapeKernels } from './shape.js';

/** The kernels that can be recorded: each name with the function that appends its ONNX operators to a graph. */
export const kernelTable: KernelTable = {
  ...convolutionKernels,
  ...elementwiseKernels,
  ...functionKernels,
  ...indexingKernels,
  ...poolKernels,
  ...productKernels,
  ...reductionKernels,
  ...resizeKernels,
  ...shapeKernels,
};
