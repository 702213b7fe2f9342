// What TensorFlow.js' fused kernels do after their sums: they add a bias and apply an activation.
import type { Value } from '../graph.js';
import { elementwiseKernels } from './elementwise.js';
import { functionKernels } from './function.js';
import type { Kernel, KernelCall } from './kernel.js';

const ACTIVATIONS: Readonly<Record<string, Kernel>> = {
  linear: ({ inputs }) => inputs.x!,
  relu: elementwiseKernels.Relu!,
  relu6: elementwiseKernels.Relu6!,
  leakyrelu: elementwiseKernels.LeakyRelu!,
  prelu: elementwiseKernels.Prelu!,
  elu: functionKernels.Elu!,
  sigmoid: functionKernels.Sigmoid!,
};

/** The sums with the call's bias and activation, whose operands `aligned` gives axes that broadcast with the sums. */
export function finished(
  { graph, inputs, attrs }: KernelCall,
  sums: Value,
  aligned: (operand: Value) => Value = operand => operand,
): Value {
  const { bias, preluActivationWeights: weights } = inputs;
  const apply = (kernel: Kernel, operands: Record<string, Value>): Value =>
    kernel({ graph, inputs: operands, attrs: { alpha: attrs.leakyreluAlpha } }) as Value;
  const biased = bias ? apply(elementwiseKernels.Add!, { a: sums, b: aligned(bias) }) : sums;
  const activation = ACTIVATIONS[attrs.activation];
  if (activation === undefined) {
    throw new TypeError(
      `expected one of ${Object.keys(ACTIVATIONS).join(', ')} as activation, got ${attrs.activation}`,
    );
  }
  return apply(activation, weights ? { x: biased, alpha: aligned(weights) } : { x: biased });
}
