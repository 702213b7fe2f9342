// The kernels of src/kernels/resize.ts.
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { array, type Call, type Case, defineCase, integers, lengths, type Options, only } from './case.js';

interface Resizing {
  size: [number, number];
  alignCorners: boolean;
  halfPixelCenters: boolean;
}

const side = fc.integer({ min: 1, max: 7 });
const sizes = fc.oneof(
  fc.tuple(side, side),
  side.map((length): [number, number] => [length, length]),
);

/** Images, and with them gradients of resized ones where those are an input. */
const resizings = ({ withGradient = false, ofInt = false } = {}): fc.Arbitrary<Call<Resizing>> =>
  fc
    .record({
      batch: lengths(1, 2),
      channels: lengths(1, 3),
      from: sizes,
      size: sizes,
      alignCorners: fc.boolean(),
      halfPixelCenters: fc.boolean(),
    })
    .chain(({ batch, channels, from, size, alignCorners, halfPixelCenters }) => {
      const shapes = [from, ...(withGradient ? [size] : [])].map(sides => [batch, ...sides, channels]);
      return fc
        .tuple(...shapes.map(shape => (ofInt ? array(shape, integers, 'int32') : array(shape))))
        .map(inputs => ({
          inputs,
          // TensorFlow.js has one or the other.
          settings: { size, alignCorners, halfPixelCenters: halfPixelCenters && !alignCorners },
        }));
    });

/**
 * Where the gradient of `js` is right, for both kernels: one square image of more than a pixel, without half-pixel
 * centres. It leaves out those, takes height for width, finds the second image by the size of the result, and with
 * aligned corners does not return for a single pixel. Elsewhere, edges.test.ts compares it with the resizing itself.
 */
const rightGradient = ({ inputs: [images], settings: { halfPixelCenters } }: Call<Resizing>): boolean => {
  const [batch, height, width] = images!.shape as [number, number, number];
  return batch <= 1 && height === width && height > 1 && !halfPixelCenters;
};

type Resize = typeof tf.image.resizeBilinear;
const resize = (run: Resize): Case[] =>
  [false, true].map(ofInt =>
    defineCase(
      resizings({ ofInt }),
      ([images], { size, alignCorners, halfPixelCenters }) =>
        run(images as tf.Tensor4D, size, alignCorners, halfPixelCenters),
      { gradient: call => !ofInt && rightGradient(call) },
    ),
  );
/** Matrix products spread what is not finite. */
const finite: Options<Resizing> = { gradient: false, nonFinite: [] };
const gradient = (kernel: string): Case =>
  only(call => rightGradient(call as Call<Resizing>))(
    defineCase(
      resizings({ withGradient: true }),
      ([images, dy], settings) =>
        tf.engine().runKernel(kernel, { images: images!, dy: dy! }, { ...settings }) as tf.Tensor,
      finite,
    ),
  );

export const resizeCases: Record<string, Case[]> = {
  ResizeNearestNeighbor: resize(tf.image.resizeNearestNeighbor),
  ResizeNearestNeighborGrad: [gradient('ResizeNearestNeighborGrad')],
  ResizeBilinear: resize(tf.image.resizeBilinear),
  ResizeBilinearGrad: [gradient('ResizeBilinearGrad')],
};
