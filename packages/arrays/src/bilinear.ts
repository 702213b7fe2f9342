// Bilinear resizing, as a matrix.

/** What each of `size` new pixels takes of `side` old ones, [side, size]: pixel centres aligned, edges repeated. */
export function bilinearWeights(side: number, size: number): Float32Array {
  const weights = new Float32Array(side * size);
  const within = (pixel: number) => Math.min(Math.max(pixel, 0), side - 1);
  for (let pixel = 0; pixel < size; pixel++) {
    const place = ((pixel + 0.5) * side) / size - 0.5;
    const before = Math.floor(place);
    weights[within(before) * size + pixel]! += 1 - (place - before);
    weights[within(before + 1) * size + pixel]! += place - before;
  }
  return weights;
}
