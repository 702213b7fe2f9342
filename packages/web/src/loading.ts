// The generators' files, fetched from beside the page: the page's own at once, the paper's when its solver is wanted.
import { FACTORS, type Factor } from '@blind-demod/arrays';
import type { Client } from './client.js';
import type { Engine } from './messages.js';
import { type PairName, type SolverName, solverNamed } from './solvers.js';
import type { PageDevice } from './state.js';

/** Bytes of both files of a pair together, about: a server that compresses does not tell. */
const EXPECTED: Record<PairName, number> = { default: 0.56e6, paper: 13.5e6 };

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
    const generators = await fetchGenerators(pair, share =>
      this.tell[pair]?.(
        `Loading ${pair === 'paper' ? 'the paper’s' : 'the'} generators … ${Math.round(100 * share)} %`,
      ),
    );
    this.tell[pair]?.('Preparing the generators …');
    return this.client.ask('load', { pair, generators, device: this.device });
  }
}

/** Both files of a pair; `onProgress` is told what share has come. @throws Error in words for the visitor */
async function fetchGenerators(
  pair: PairName,
  onProgress: (share: number) => void,
): Promise<Record<Factor, ArrayBuffer>> {
  let received = 0;
  const load = async (factor: Factor) => {
    const url = new URL(`models/${pair}/${factor}.safetensors`, document.baseURI);
    const failed = (why: unknown) => new Error(`The generator at ${url} did not load: ${why}.`);
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
  const [distortion, signal] = await Promise.all([...FACTORS].reverse().map(load));
  return { signal: signal!, distortion: distortion! };
}
