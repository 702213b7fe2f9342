// Gaussian blur of images.
import { gaussianWeights } from './gaussian.js';
import { type Float32NdArray, float32 } from './ndarray.js';

/** Separable Gaussian blur of each image, out to three standard deviations; beyond the border the edge repeats. */
export function gaussianBlur(images: Float32NdArray, deviation: number): Float32NdArray {
  if (deviation === 0) return images;
  const weights = gaussianWeights(deviation);
  const total = weights.reduce((a, b) => a + b);
  const kernel = weights.map(weight => weight / total);
  const [height, width] = images.shape.slice(-2) as [number, number];
  const across = blurLines(images.data, kernel, { length: width, step: 1 });
  return float32(images.shape, blurLines(across, kernel, { length: height, step: width }));
}

/** Convolves every line of `length` pixels, `step` apart, with the kernel. */
function blurLines(
  data: Float32Array,
  kernel: readonly number[],
  { length, step }: { length: number; step: number },
): Float32Array {
  const radius = (kernel.length - 1) / 2;
  return data.map((_, index) => {
    const at = Math.floor(index / step) % length;
    let sum = 0;
    kernel.forEach((weight, k) => {
      const neighbour = Math.min(length - 1, Math.max(0, at + k - radius));
      sum += weight * data[index + (neighbour - at) * step]!;
    });
    return sum;
  });
}
