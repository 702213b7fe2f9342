// The random calls of every translated kernel.
import type { Case } from './case.js';
import { convolutionCases } from './convolution.js';
import { elementwiseCases } from './elementwise.js';
import { functionCases } from './function.js';
import { indexingCases } from './indexing.js';
import { poolCases } from './pool.js';
import { productCases } from './product.js';
import { reductionCases } from './reduction.js';
import { resizeCases } from './resize.js';
import { shapeCases } from './shape.js';

export const cases: Record<string, Case[]> = {
  ...convolutionCases,
  ...elementwiseCases,
  ...functionCases,
  ...indexingCases,
  ...poolCases,
  ...productCases,
  ...reductionCases,
  ...resizeCases,
  ...shapeCases,
};
