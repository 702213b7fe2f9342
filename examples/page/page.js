// A page that takes a picture apart in the browser. esbuild bundles this script with the generators and ONNX Runtime's
// WebAssembly, and serves the page; it prints the address:
//
//   npx esbuild examples/page/page.js --bundle --format=esm --outdir=examples/page/built --servedir=examples/page \
//     --loader:.wasm=file --loader:.safetensors=file
import { decodeGenerator, float32, generatorPrior, ROBUST_SOLVER, recover } from 'blind-demod';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm';
import { env } from 'onnxruntime-web/wasm';
import distortionFile from '../../models/default/distortion/generator.safetensors';
import signalFile from '../../models/default/signal/generator.safetensors';

const SIZE = 64;
const status = document.querySelector('[role=status]');
const canvas = id => document.getElementById(id).getContext('2d', { willReadFrequently: true });
const read = async file => new Uint8Array(await (await fetch(new URL(file, import.meta.url))).arrayBuffer());

async function loadPriors() {
  env.wasm.wasmBinary = await read(wasm);
  const load = async file => generatorPrior(decodeGenerator(await read(file), file));
  return { signal: await load(signalFile), distortion: await load(distortionFile) };
}
const priors = loadPriors();

/** The picture's middle square as grey numbers from 0 to 1. */
async function pixelsOf(file) {
  const picture = await createImageBitmap(file);
  const side = Math.min(picture.width, picture.height);
  const context = canvas('picture');
  const [left, top] = [(picture.width - side) / 2, (picture.height - side) / 2];
  context.drawImage(picture, left, top, side, side, 0, 0, SIZE, SIZE);
  const { data } = context.getImageData(0, 0, SIZE, SIZE);
  return float32(
    [1, SIZE, SIZE],
    Float32Array.from(
      { length: SIZE ** 2 },
      (_, i) => (data[4 * i] + data[4 * i + 1] + data[4 * i + 2]) / 765,
    ),
  );
}

function draw(id, { data }) {
  const image = new ImageData(SIZE, SIZE);
  data.forEach((value, i) => image.data.set([255 * value, 255 * value, 255 * value, 255], 4 * i));
  canvas(id).putImageData(image, 0, 0);
}

document.querySelector('input').addEventListener('change', async ({ target }) => {
  // Fewer starts and steps than in Node: a page that computes without a worker stands still meanwhile.
  const settings = { ...ROBUST_SOLVER, draws: 16, restarts: 1, iterations: 10, polish: 40 };
  status.textContent = 'Looking …';
  try {
    const onIteration = async ({ done, total }) => {
      status.textContent = `${done} of ${total}`;
      await new Promise(requestAnimationFrame);
    };
    const photo = await pixelsOf(target.files[0]);
    const found = await recover(photo, { ...(await priors), settings, device: 'cpu', onIteration });
    draw('signal', found.refined);
    draw('distortion', found.distortion);
    status.textContent = `Found; confidence ${found.confidence[0].toFixed(2)} of 1.`;
  } catch (error) {
    status.textContent = error.message;
  }
});
