// Every operator that is supported, by ONNX' name.
import type { Operator, OperatorTable } from '../operator.js';
import { Refusal } from '../value.js';
import { activationOperators } from './activation.js';
import { arithmeticOperators } from './arithmetic.js';
import { attentionOperators } from './attention.js';
import { convolutionOperators } from './convolution.js';
import { einsumOperators } from './einsum.js';
import { indexingOperators } from './indexing.js';
import { normalisationOperators } from './normalisation.js';
import { poolingOperators } from './pooling.js';
import { productOperators } from './product.js';
import { reductionOperators } from './reduction.js';
import { resampleOperators } from './resample.js';
import { samplingOperators } from './sampling.js';
import { shapeOperators } from './shape.js';

/** A choice that is left when a model has been read: `choice.ts` has taken the others. */
const undecided: Operator = () => {
  throw new Refusal('its condition follows from values of the code, and which branch is taken must not');
};

/** Carried out only where something else than SequenceAt takes the parts: `network.ts` gives SequenceAt the array itself. */
const whole: Operator = () => {
  throw new Refusal('its parts are supported where SequenceAt takes them, one by one');
};

export const operatorTable: OperatorTable = {
  ...activationOperators,
  ...arithmeticOperators,
  ...attentionOperators,
  ...convolutionOperators,
  ...einsumOperators,
  ...indexingOperators,
  ...normalisationOperators,
  ...poolingOperators,
  ...productOperators,
  ...reductionOperators,
  ...resampleOperators,
  ...samplingOperators,
  ...shapeOperators,
  If: undecided,
  SplitToSequence: whole,
};
