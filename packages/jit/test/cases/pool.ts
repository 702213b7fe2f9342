// The kernels of src/kernels/pool.ts.
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { array, type Call, type Case, defineCase, INFINITE, integers, type Options } from './case.js';
import { type Convolution, convolutions, deepConvolutions } from './convolution.js';

interface Pool {
  /** [batch, height, width, channels], or with a depth before the height. */
  imageShape: number[];
  filterSize: number[];
  strides: number[];
  pad: Convolution['pad'];
  dimRoundingMode?: Convolution['dimRoundingMode'];
}

const flat: fc.Arbitrary<Pool> = convolutions({ formats: ['NHWC'] }).map(({ filterShape, ...how }) => ({
  ...how,
  filterSize: filterShape.slice(0, 2),
}));
const deep: fc.Arbitrary<Pool> = deepConvolutions().map(({ filterShape, ...how }) => ({
  ...how,
  filterSize: filterShape.slice(0, 3),
}));

const infoOf = ({ imageShape, filterSize, strides, pad, dimRoundingMode }: Pool) =>
  imageShape.length === 4
    ? tf.backend_util.computePool2DInfo(
        imageShape as [number, number, number, number],
        filterSize as [number, number],
        strides as [number, number],
        1,
        pad as 'same',
        dimRoundingMode,
      )
    : tf.backend_util.computePool3DInfo(
        imageShape as [number, number, number, number, number],
        filterSize as [number, number, number],
        strides as [number, number, number],
        1,
        pad as 'same',
        dimRoundingMode,
      );

/** Images, and with them gradients of pools of them where those are an input. */
const pools = (
  settings: fc.Arbitrary<Pool>,
  { withGradient = false, elements }: { withGradient?: boolean; elements?: fc.Arbitrary<number> } = {},
): fc.Arbitrary<Call<Pool>> =>
  settings.chain(settings => {
    const shapes = withGradient ? [infoOf(settings).outShape, settings.imageShape] : [settings.imageShape];
    const dtype = elements ? 'int32' : 'float32';
    return fc
      .tuple(...shapes.map(shape => array(shape, elements, dtype)))
      .map(inputs => ({ inputs, settings }));
  });

type Operation = typeof tf.maxPool | typeof tf.maxPool3d;
const pooled =
  (run: Operation) =>
  ([x]: tf.Tensor[], { filterSize, strides, pad, dimRoundingMode }: Pool): tf.Tensor =>
    (run as typeof tf.maxPool)(
      x as tf.Tensor4D,
      filterSize as [number, number],
      strides as [number, number],
      pad as 'same',
      dimRoundingMode,
    );

const gradientOf =
  (kernel: string, run: Operation) =>
  ([dy, input]: tf.Tensor[], { filterSize, strides, pad, ...how }: Pool): tf.Tensor => {
    const output = pooled(run)([input!], { filterSize, strides, pad, ...how });
    const attrs = { filterSize, strides, pad, dimRoundingMode: how.dimRoundingMode };
    return tf.engine().runKernel(kernel, { dy: dy!, input: input!, output }, attrs as never) as tf.Tensor;
  };

/** TensorFlow.js' gradients leave the rounding out. */
const isFloor = ({ settings: { dimRoundingMode } }: Call<Pool>): boolean =>
  dimRoundingMode === undefined || dimRoundingMode === 'floor';
/** Without padding: its gradient of a mean divides by the size of the window there too, its mean does not. */
const isInside = ({ settings }: Call<Pool>): boolean => settings.pad === 'valid' || settings.pad === 0;

/** TensorFlow.js' gradient in three axes takes height for width. */
const isSquare = ({ settings: { filterSize } }: Call<Pool>): boolean => filterSize[1] === filterSize[2];

const finite: Options<Pool> = { nonFinite: [], gradient: false };

export const poolCases: Record<string, Case[]> = {
  MaxPool: [
    defineCase(pools(flat), pooled(tf.maxPool), { nonFinite: INFINITE, gradient: false }),
    defineCase(pools(flat), pooled(tf.maxPool), { nonFinite: [], gradient: isFloor }),
    // Of a window that has padding alone, TensorFlow.js makes zero.
    defineCase(
      pools(flat, { elements: integers }).filter(
        call => isFloor(call) && (isInside(call) || call.settings.pad === 'same'),
      ),
      pooled(tf.maxPool),
      { gradient: false },
    ),
  ],
  MaxPoolGrad: [
    defineCase(
      pools(flat, { withGradient: true }).filter(isFloor),
      gradientOf('MaxPoolGrad', tf.maxPool),
      finite,
    ),
  ],
  AvgPool: [
    defineCase(pools(flat), pooled(tf.avgPool), { gradient: call => isFloor(call) && isInside(call) }),
  ],
  AvgPoolGrad: [
    defineCase(
      pools(flat, { withGradient: true }).filter(call => isFloor(call) && isInside(call)),
      gradientOf('AvgPoolGrad', tf.avgPool),
      { gradient: false },
    ),
  ],
  MaxPool3D: [
    defineCase(pools(deep), pooled(tf.maxPool3d), { nonFinite: INFINITE, gradient: false }),
    defineCase(pools(deep), pooled(tf.maxPool3d), { nonFinite: [], gradient: isSquare }),
  ],
  MaxPool3DGrad: [
    defineCase(
      pools(deep, { withGradient: true }).filter(isSquare),
      gradientOf('MaxPool3DGrad', tf.maxPool3d),
      finite,
    ),
  ],
  AvgPool3D: [defineCase(pools(deep), pooled(tf.avgPool3d), { gradient: isInside })],
  AvgPool3DGrad: [
    defineCase(
      pools(deep, { withGradient: true }).filter(isInside),
      gradientOf('AvgPool3DGrad', tf.avgPool3d),
      { gradient: false },
    ),
  ],
};
