// Convolutions of images with channels first, and with any padding, on TensorFlow.js backends that take them with channels
// last alone and know no other padding than `valid` and `same`.
import * as tf from '@tensorflow/tfjs-core';

const NCHW_TO_NHWC = [0, 2, 3, 1];
const NHWC_TO_NCHW = [0, 3, 1, 2];
/** The inputs of each kernel that are images, and whether its result is one. */
const KERNELS = {
  Conv2D: { images: ['x'], returnsImage: true },
  Conv2DBackpropInput: { images: ['dy'], returnsImage: true },
  Conv2DBackpropFilter: { images: ['x', 'dy'], returnsImage: false },
} as const;
type KernelName = keyof typeof KERNELS;

// biome-ignore lint/suspicious/noExplicitAny: TensorFlow.js types the attributes by kernel
type Attributes = any;
type Inputs = Record<string, tf.Tensor>;
type Kernel = (inputs: Inputs, attrs: Attributes) => tf.Tensor;

/** Lets the backend's convolutions take `dataFormat: 'NCHW'`, by transposing, and every `pad`, by padding. */
export function acceptConvolutions(backendName: string): void {
  for (const kernelName of Object.keys(KERNELS) as KernelName[]) {
    const kernel = tf.getKernel(kernelName, backendName);
    if (!kernel) continue;
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({
      ...kernel,
      kernelFunc: call => {
        const plain: Kernel = (inputs, attrs) =>
          asTensor(kernel.kernelFunc({ ...call, inputs, attrs }) as tf.TensorInfo);
        const { inputs, attrs } = call as unknown as { inputs: Inputs; attrs: Attributes };
        return tf.tidy(() => withChannelsLast(kernelName, inputs, attrs, plain));
      },
    });
  }
}

function withChannelsLast(name: KernelName, inputs: Inputs, attrs: Attributes, kernel: Kernel): tf.Tensor {
  if (attrs.dataFormat !== 'NCHW') return withPadding(name, inputs, attrs, kernel);
  const { images, returnsImage } = KERNELS[name];
  const moved = { ...inputs };
  for (const image of images) moved[image] = tf.transpose(inputs[image]!, NCHW_TO_NHWC);
  const result = withPadding(name, moved, channelsLast(attrs), kernel);
  return returnsImage ? tf.transpose(result, NHWC_TO_NCHW) : result;
}

function channelsLast(attrs: Attributes): Attributes {
  const moved = (axes: unknown) => (Array.isArray(axes) ? NCHW_TO_NHWC.map(axis => axes[axis]) : axes);
  return { ...attrs, dataFormat: 'NHWC', pad: moved(attrs.pad), inputShape: moved(attrs.inputShape) };
}

function withPadding(name: KernelName, inputs: Inputs, attrs: Attributes, kernel: Kernel): tf.Tensor {
  if (attrs.pad === 'valid' || attrs.pad === 'same') return kernel(inputs, attrs);
  const shape: number[] = attrs.inputShape ?? inputs.x!.shape;
  const padding = paddingOf(shape, attrs.filterShape ?? inputs.filter!.shape, attrs);
  const valid = { ...attrs, pad: 'valid', dimRoundingMode: undefined };
  if (name !== 'Conv2DBackpropInput') return kernel({ ...inputs, x: tf.pad(inputs.x!, padding) }, valid);
  const padded = shape.map((length, axis) => length + padding[axis]![0] + padding[axis]![1]);
  const begin = padding.map(([before]) => before);
  return tf.slice(kernel(inputs, { ...valid, inputShape: padded }), begin, shape);
}

/** Rows and columns of zeros before and after the image, as many as windows reach. */
function paddingOf(shape: number[], filterShape: number[], attrs: Attributes): [number, number][] {
  const { strides, dilations = 1, pad, dimRoundingMode } = attrs;
  const info = tf.backend_util.computeConv2DInfo(
    shape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
  const behind = (count: number, stride: number, reach: number, length: number, before: number) =>
    Math.max((count - 1) * stride + reach - length - before, 0);
  const { padInfo, outHeight, outWidth, strideHeight, strideWidth, inHeight, inWidth } = info;
  return [
    [0, 0],
    [padInfo.top, behind(outHeight, strideHeight, info.effectiveFilterHeight, inHeight, padInfo.top)],
    [padInfo.left, behind(outWidth, strideWidth, info.effectiveFilterWidth, inWidth, padInfo.left)],
    [0, 0],
  ];
}

const asTensor = (info: tf.TensorInfo): tf.Tensor =>
  info instanceof tf.Tensor ? info : tf.engine().makeTensorFromTensorInfo(info);
