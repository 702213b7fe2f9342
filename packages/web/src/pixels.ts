// Square grey images on canvases: what is lit by the lamp in its warm colour, all else in white.

export type Tint = 'white' | 'lit';

/** The colour of full brightness. */
const WARM = [255, 226, 178] as const;

/** Paints an image of values in [0, 1] on a canvas, whose pixels become the image's. */
export function paint(canvas: HTMLCanvasElement, image: ArrayLike<number>, tint: Tint = 'white'): void {
  const side = Math.sqrt(image.length);
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const pixels = new ImageData(side, side);
  const colour = tint === 'lit' ? WARM : ([255, 255, 255] as const);
  for (let pixel = 0; pixel < image.length; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      pixels.data[4 * pixel + channel] = colour[channel]! * image[pixel]!;
    }
    pixels.data[4 * pixel + 3] = 255;
  }
  canvas.getContext('2d')!.putImageData(pixels, 0, 0);
}

/** The image between two others, t of the way from the first; bytes become values in [0, 1]. */
export function between(from: Uint8Array, to: Uint8Array, t: number): Float32Array {
  return Float32Array.from(to, (value, index) => (from[index]! + t * (value - from[index]!)) / 255);
}
