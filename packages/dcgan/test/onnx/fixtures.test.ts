// Generators as PyTorch exports them, where a folder of such is there: models beside what PyTorch computes in float64.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { decodeSafetensors, type Float32NdArray, UserError } from '@blind-demod/arrays';
import { imagesOf } from '@blind-demod/demod-core';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { loadOnnxGenerator } from '../../src/onnx/load.js';

const folder =
  process.env.DEMOD_ONNX_FIXTURES ?? resolve(import.meta.dirname, '../../../../../shared/onnx-fixtures');
const modelsIn = (path: string) =>
  existsSync(path)
    ? readdirSync(path)
        .filter(name => name.endsWith('.onnx'))
        .map(name => join(path, name))
    : [];

interface Expected {
  readonly code: Float32NdArray;
  readonly image: Float32NdArray;
  readonly cotangent: Float32NdArray;
  readonly gradient: Float32NdArray;
}

/** The values of a model, or those of another by whose weights it was made. */
function expectedOf(model: string): Expected | undefined {
  const name = basename(model, '.onnx');
  const files = [name, name.replace(/-torchscript$/, '')].map(stem => join(folder, `${stem}.safetensors`));
  const file = [model.replace(/\.onnx$/, '.safetensors'), ...files].find(existsSync);
  return file === undefined
    ? undefined
    : (decodeSafetensors(new Uint8Array(readFileSync(file)), file).tensors as unknown as Expected);
}

const largest = (data: Float32Array) => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

const NAME = 'ONNX models by PyTorch';
const models = [...modelsIn(folder), ...modelsIn(join(folder, 'default-settings'))].filter(expectedOf);

describe.skipIf(models.length === 0)(
  models.length > 0 ? NAME : `${NAME}: none in ${folder} (DEMOD_ONNX_FIXTURES)`,
  () => {
    // A skipped suite needs a test, too.
    test.each(models.length > 0 ? models : ['none'])(
      '%s: images and gradients are PyTorch’s',
      async model => {
        const generator = await loadOnnxGenerator(model, { device: 'cpu' });
        const { code, image, cotangent, gradient } = expectedOf(model)!;
        expect(generator).toMatchObject({ latentDimension: code.shape[1], imageShape: image.shape.slice(1) });
        const prior = generator.prior();
        const program = await compile(
          (input: { code: Tensor; cotangent: Tensor }) => {
            const outputs = prior.forward(input.code);
            return { image: imagesOf(outputs), gradient: prior.backward(outputs, input.cotangent) };
          },
          { code, cotangent },
          { device: 'cpu' },
        );
        const made = await program.run({ code, cotangent });
        await program.dispose();
        const apart = (a: Float32Array, b: Float32Array) =>
          largest(a.map((value, index) => value - b[index]!));
        const [low, high] = generator.range;
        expect(apart(made.image.data as Float32Array, image.data)).toBeLessThan(1e-5 * (high - low));
        expect(apart(made.gradient.data as Float32Array, gradient.data)).toBeLessThan(
          1e-4 * largest(gradient.data),
        );
      },
    );

    test.each(modelsIn(join(folder, 'bad')))('%s is refused in one line', async model => {
      const failure = await loadOnnxGenerator(model, { device: 'cpu' }).then(
        () => undefined,
        error => error,
      );
      expect(failure).toBeInstanceOf(UserError);
      expect(failure.message).toContain(basename(model));
      expect(failure.message).not.toContain('\n');
    });
  },
);
