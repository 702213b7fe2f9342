// The networks' files, fetched from beside the page: the page's own at once, the paper's when its solver is wanted.
import { FACTORS, type Factor } from '@blind-demod/arrays';
import type { Client } from './client.js';
import type { Engine } from './messages.js';
import { DENOISER, type PairName, type SolverName, solverNamed } from './solvers.js';
import type { PageDevice } from './state.js';

/** Bytes of the files of a pair together, about: a server that compresses does not tell. */
const EXPECTED: Record<PairName, number> = { default: 0.71e6, paper: 13.5e6 };

/** Gives the worker the generators that solvers need, each pair once. */
export class Loader {
  private readonly pairs: { [Pair in PairName]?: Promise<Engine> } = {};
  /** Who waits for each pair; the last who asked is told. */
  private readonly tell: { [Pair in PairName]?: (text: string) => unknown } = {};

  constructor(
    private readonly client: Client,
    private readonly device: PageDevice,
  ) {}

  /** Resolves when the worker has the solver's generators. @throws Error in words for the visitor; then it can be tried again */
  ready(solver: SolverName, tell: (text: string) => unknown): Promise<Engine> {
    const pair = solverNamed(solver).generators;
    this.tell[pair] = tell;
    this.pairs[pair] ??= this.load(pair).catch(error => {
      delete this.pairs[pair];
      throw error;
    });
    return this.pairs[pair];
  }

  private async load(pair: PairName): Promise<Engine> {
    const files = await fetchFiles(pair, share =>
      this.tell[pair]?.(
        `Loading ${pair === 'paper' ? 'the paper’s' : 'the'} generators … ${Math.round(100 * share)} %`,
      ),
    );
    this.tell[pair]?.('Preparing the generators …');
    return this.client.ask('load', { pair, ...files, device: this.device });
  }
}

/** The files of a pair; `onProgress` is told what share has come. @throws Error in words for the visitor */
async function fetchFiles(
  pair: PairName,
  onProgress: (share: number) => void,
): Promise<{ generators: Record<Factor, ArrayBuffer>; denoiser?: ArrayBuffer }> {
  let received = 0;
  const load = async (path: string, what: string) => {
    const url = new URL(path, document.baseURI);
    const failed = (why: unknown) => new Error(`The ${what} at ${url} did not load: ${why}.`);
    const response = await fetch(url).catch(() => {
      throw failed('there is no connection');
    });
    if (!response.ok || !response.body) throw failed(response.status);
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    const reader = response.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      chunks.push(part.value);
      received += part.value.length;
      onProgress(Math.min(1, received / EXPECTED[pair]));
    }
    return new Blob(chunks).arrayBuffer();
  };
  const [distortion, signal, denoiser] = await Promise.all([
    ...[...FACTORS].reverse().map(factor => load(`models/${pair}/${factor}.safetensors`, 'generator')),
    ...(pair === 'default' ? [load(DENOISER, 'denoiser')] : []),
  ]);
  return { generators: { signal: signal!, distortion: distortion! }, ...(denoiser && { denoiser }) };
}
