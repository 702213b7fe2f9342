// Where the signal is present: a distortion is observed nowhere else.

/** A true signal above this counts as present: a tenth of the range. */
const PRESENT = 0.1;

/** The pixels of an image at which the true signal is present, in order. */
export function wherePresent(image: Float32Array, trueSignal: Float32Array): Float32Array {
  return image.filter((_, pixel) => trueSignal[pixel]! > PRESENT);
}
