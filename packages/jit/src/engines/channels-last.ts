// Convolutions of images with channels first, on TensorFlow.js backends that take them with channels last alone.
import * as tf from '@tensorflow/tfjs-core';

const NCHW_TO_NHWC = [0, 2, 3, 1];
const NHWC_TO_NCHW = [0, 3, 1, 2];
/** The inputs of each kernel that are images, and whether its result is one. */
const KERNELS = {
  Conv2D: { images: ['x'], returnsImage: true },
  Conv2DBackpropInput: { images: ['dy'], returnsImage: true },
  Conv2DBackpropFilter: { images: ['x', 'dy'], returnsImage: false },
};

/** Lets the backend's convolutions take `dataFormat: 'NCHW'`, by transposing before and after. */
export function acceptChannelsFirst(backendName: string): void {
  for (const [kernelName, { images, returnsImage }] of Object.entries(KERNELS)) {
    const kernel = tf.getKernel(kernelName, backendName);
    if (!kernel) continue;
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({
      ...kernel,
      kernelFunc: call => {
        // biome-ignore lint/suspicious/noExplicitAny: TensorFlow.js types the attributes by kernel
        const attrs = call.attrs as any;
        if (attrs.dataFormat !== 'NCHW') return kernel.kernelFunc(call);
        const inputs = { ...call.inputs } as Record<string, tf.Tensor>;
        for (const name of images) inputs[name] = tf.transpose(inputs[name]!, NCHW_TO_NHWC);
        const result = asTensor(
          kernel.kernelFunc({ ...call, inputs, attrs: channelsLast(attrs) }) as tf.TensorInfo,
        );
        for (const name of images) inputs[name]!.dispose();
        if (!returnsImage) return result;
        const image = tf.transpose(result, NHWC_TO_NCHW);
        result.dispose();
        return image;
      },
    });
  }
}

// biome-ignore lint/suspicious/noExplicitAny: as above
function channelsLast(attrs: any): any {
  const moved = (axes: unknown) => (Array.isArray(axes) ? NCHW_TO_NHWC.map(axis => axes[axis]) : axes);
  return { ...attrs, dataFormat: 'NHWC', pad: moved(attrs.pad), inputShape: moved(attrs.inputShape) };
}

const asTensor = (info: tf.TensorInfo): tf.Tensor =>
  info instanceof tf.Tensor ? info : tf.engine().makeTensorFromTensorInfo(info);
