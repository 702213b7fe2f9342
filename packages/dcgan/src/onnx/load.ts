// Reading an ONNX model from the file system of Node.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import { type OnnxGenerator, type OnnxOptions, readOnnxGenerator } from './generator.js';

/**
 * The generator in an ONNX file, whose weights may lie in files beside it.
 *
 * @throws UserError like `readOnnxGenerator`, and when a file cannot be read.
 * @example
 * import { generatorPrior, loadOnnxGenerator } from 'blind-demod';
 *
 * const generator = await loadOnnxGenerator('generator.onnx', { device: 'cpu' });
 * console.log(generator.imageShape, generator.parameterCount > 0); // [ 1, 16, 16 ] true
 * const prior = generatorPrior(generator); // for recover
 */
export async function loadOnnxGenerator(
  file: string,
  options: Pick<OnnxOptions, 'device' | 'range'>,
): Promise<OnnxGenerator> {
  const read = async (path: string, what: string) => {
    try {
      return new Uint8Array(await readFile(path));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
      throw new UserError(`${file}: ${what}${reason}`);
    }
  };
  return readOnnxGenerator(await read(file, ''), {
    ...options,
    where: file,
    beside: path => read(join(dirname(file), path), `its weights are in ${path}, and `),
  });
}
