// The generators' files, fetched from beside the page.
import { FACTORS, type Factor } from '@blind-demod/arrays';

/** Bytes of both files together, about: a server that compresses does not tell. */
const EXPECTED = 13.5e6;

/** Both files; `onProgress` is told what share has come. @throws Error in words for the visitor */
export async function fetchGenerators(
  onProgress: (share: number) => void,
): Promise<Record<Factor, ArrayBuffer>> {
  let received = 0;
  const load = async (factor: Factor) => {
    const url = new URL(`models/${factor}.safetensors`, document.baseURI);
    const response = await fetch(url);
    if (!response.ok || !response.body)
      throw new Error(`The generator at ${url} did not load: ${response.status}.`);
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    const reader = response.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      chunks.push(part.value);
      received += part.value.length;
      onProgress(Math.min(1, received / EXPECTED));
    }
    return new Blob(chunks).arrayBuffer();
  };
  const [distortion, signal] = await Promise.all([...FACTORS].reverse().map(load));
  return { signal: signal!, distortion: distortion! };
}
