// The orthonormal two-dimensional discrete cosine transform (type II; Ahmed, Natarajan and Rao 1974) of each channel,
// by a Fourier transform of the same length (Makhoul 1980).
import FFT from 'fft.js';

export interface CosineTransform {
  /** Pixels to coefficients; both [channels, height, width], flat. */
  forward(pixels: Float64Array): Float64Array;
  /** Coefficients to pixels: the transpose, which is the inverse. */
  inverse(coefficients: Float64Array): Float64Array;
}

/** The transform of images [channels, height, width], height and width powers of two. */
export function cosineTransform(shape: readonly number[]): CosineTransform {
  const [height, width] = shape.slice(-2) as [number, number];
  const across = { line: lineTransform(width), step: 1 };
  const down = { line: lineTransform(height), step: width };
  const both = (direction: 'forward' | 'inverse') => (image: Float64Array) => {
    const result = image.slice();
    for (const { line, step } of [across, down]) {
      const lines = result.length / line.length;
      for (let i = 0; i < lines; i++) {
        const start = step === 1 ? i * width : Math.floor(i / width) * height * width + (i % width);
        line[direction](result, start, step);
      }
    }
    return result;
  };
  return { forward: both('forward'), inverse: both('inverse') };
}

/** Transforms the values at start, start + step, … in place. */
type InPlace = (values: Float64Array, start: number, step: number) => void;
interface LineTransform {
  readonly length: number;
  readonly forward: InPlace;
  readonly inverse: InPlace;
}

/**
 * A line's even places in order and then its odd ones in reverse have the Fourier transform V, and the k-th coefficient
 * is the real part of s_k e^{−iπk/2n} V_k, with s_0 = √(1/n) and all other s_k = √(2/n).
 */
function lineTransform(n: number): LineTransform {
  const fft = new FFT(n);
  const [time, frequency] = [fft.createComplexArray(), fft.createComplexArray()];
  const place = Array.from({ length: n }, (_, i) => (2 * i < n ? 2 * i : 2 * (n - i) - 1));
  const scale = Array.from({ length: n }, (_, k) => Math.sqrt((k === 0 ? 1 : 2) / n));
  const cosine = scale.map((_, k) => Math.cos((Math.PI * k) / (2 * n)));
  const sine = scale.map((_, k) => Math.sin((Math.PI * k) / (2 * n)));
  return {
    length: n,
    forward: (values, start, step) => {
      for (let i = 0; i < n; i++) {
        time[2 * i] = values[start + place[i]! * step]!;
        time[2 * i + 1] = 0;
      }
      fft.transform(frequency, time);
      for (let k = 0; k < n; k++) {
        values[start + k * step] =
          scale[k]! * (cosine[k]! * frequency[2 * k]! + sine[k]! * frequency[2 * k + 1]!);
      }
    },
    inverse: (values, start, step) => {
      // V_k = e^{iπk/2n} (c_k − i c_{n−k}) with c unscaled and c_n = 0.
      for (let k = 0; k < n; k++) {
        const real = values[start + k * step]! / scale[k]!;
        const imaginary = k === 0 ? 0 : -values[start + (n - k) * step]! / scale[n - k]!;
        frequency[2 * k] = cosine[k]! * real - sine[k]! * imaginary;
        frequency[2 * k + 1] = sine[k]! * real + cosine[k]! * imaginary;
      }
      fft.inverseTransform(time, frequency);
      for (let i = 0; i < n; i++) values[start + place[i]! * step] = time[2 * i]!;
    },
  };
}
