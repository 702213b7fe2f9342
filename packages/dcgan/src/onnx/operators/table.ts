// Every operator that is supported, by ONNX' name.
import type { OperatorTable } from '../operator.js';
import { activationOperators } from './activation.js';
import { arithmeticOperators } from './arithmetic.js';
import { convolutionOperators } from './convolution.js';
import { normalisationOperators } from './normalisation.js';
import { poolingOperators } from './pooling.js';
import { productOperators } from './product.js';
import { reductionOperators } from './reduction.js';
import { resampleOperators } from './resample.js';
import { shapeOperators } from './shape.js';

export const operatorTable: OperatorTable = {
  ...activationOperators,
  ...arithmeticOperators,
  ...convolutionOperators,
  ...normalisationOperators,
  ...poolingOperators,
  ...productOperators,
  ...reductionOperators,
  ...resampleOperators,
  ...shapeOperators,
};
