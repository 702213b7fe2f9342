// The random calls of every translated kernel.
import type { Case } from './case.js';
import { elementwiseCases } from './elementwise.js';
import { functionCases } from './function.js';
import { productCases } from './product.js';
import { reductionCases } from './reduction.js';
import { resizeCases } from './resize.js';
import { shapeCases } from './shape.js';

export const cases: Record<string, Case[]> = {
  ...elementwiseCases,
  ...functionCases,
  ...productCases,
  ...reductionCases,
  ...resizeCases,
  ...shapeCases,
};
