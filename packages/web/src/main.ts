// The page: its state, and which part shows what of it.

import { AlgorithmView } from './algorithm-view.js';
import { StoppedError, startClient } from './client.js';
import { element, make, wantsStillness } from './dom.js';
import { Film, type Shown } from './film.js';
import { fitted } from './ink.js';
import { Landscape } from './landscape.js';
import { Latent } from './latent.js';
import { Loader } from './loading.js';
import type { Frame, Result } from './messages.js';
import { PictureView } from './picture-view.js';
import { between, paint } from './pixels.js';
import { showResult } from './result-view.js';
import { SOLVERS, type SolverName, solverNamed } from './solvers.js';
import { Stage } from './stage.js';
import type { Truth } from './stage-images.js';
import { fromFragment, type State, toFragment } from './state.js';

const play = element('play', HTMLButtonElement);
const toEnd = element('end', HTMLButtonElement);
const another = element('another', HTMLButtonElement);
const scrub = element('scrub', HTMLInputElement);
const status = element('status', HTMLElement);
const solver = element('solver', HTMLSelectElement);
const pictures = document.querySelector('.pictures')!;
const found = {
  signal: element('found-signal', HTMLCanvasElement),
  distortion: element('found-distortion', HTMLCanvasElement),
  product: element('found-product', HTMLCanvasElement),
};

let state = fromFragment(location.hash);
let ready = false;
/** The run that is going on, and what it will be compared with. */
let running: Promise<void> | undefined;
/** Ends the wait for the generators of the run that is going on. */
let stopWaiting = () => {};
let finished: { result: Result; truth: Truth } | undefined;

const client = startClient();
const loader = new Loader(client, state.device);
const stage = new Stage(() => state, change);
const algorithm = new AlgorithmView();
const film = new Film(showFrame);
const landscape = new Landscape(client, state.device, start => change({ start }));
const latent = new Latent(client, walks => change({ walks }));
const prepare = async (tell: (text: string) => void) => {
  await stopRun();
  await loader.ready(state.solver, tell);
};
new PictureView(client, prepare, () => state);

/** Changes the state, the address with it, and what shows it. */
function change(changed: Partial<State>): void {
  const before = state;
  state = { ...state, ...changed };
  remember();
  show(before);
}

let remembering: ReturnType<typeof setTimeout> | undefined;
/** Browsers refuse addresses that change too often. */
function remember(): void {
  clearTimeout(remembering);
  remembering = setTimeout(() => {
    const fragment = toFragment(state);
    history.replaceState(null, '', fragment ? `#${fragment}` : location.pathname + location.search);
  }, 200);
}

function show(before?: State): void {
  const changed = (...names: (keyof State)[]) => names.some(name => state[name] !== before?.[name]);
  if (changed('ink', 'lamp', 'rail')) stage.show(state);
  if (changed('start')) void landscape.from(state.start);
  if (changed('walks')) latent.show(state.walks);
  if (changed('solver')) {
    solver.value = state.solver;
    algorithm.skip(solverNamed(state.solver).balances ? [] : ['balance']);
  }
  if (before && changed('ink', 'lamp', 'rail', 'solver', 'seed')) {
    pictures.classList.add('stale');
    film.pause();
    void stopRun();
  }
  showControls();
}

function showControls(): void {
  const isEmpty = state.ink.length === 0;
  play.disabled = !ready || isEmpty;
  play.textContent = running && film.isPlaying ? 'Stop' : film.isPlaying ? 'Pause' : 'Play';
  another.disabled = play.disabled;
  toEnd.disabled = !finished || film.isOver;
}

const tell = (text: string): void => {
  status.textContent = text;
};

async function run(): Promise<void> {
  await stopRun();
  const ink = fitted(state.ink);
  if (JSON.stringify(ink) !== JSON.stringify(state.ink)) change({ ink });
  const truth = stage.truth;
  finished = undefined;
  film.clear();
  algorithm.clear();
  element('result', HTMLElement).hidden = true;
  pictures.classList.remove('stale');
  const push = (frame: Frame) => {
    algorithm.push(frame);
    film.push(frame);
  };
  const { solver, seed } = state;
  let waits = true;
  const stopped = new Promise<never>((_, reject) => {
    stopWaiting = () => {
      waits = false;
      reject(new StoppedError());
    };
  });
  const loaded = loader.ready(solver, text => waits && tell(text));
  const solving = Promise.race([loaded, stopped]).then(() => {
    tell('Choosing where to start …');
    return client.ask(
      'solve',
      { observation: truth.observation, solver, seed, slowly: true },
      {
        frame: push,
        progress: ({ share, left }) =>
          tell(`${Math.round(100 * share)} %${left === undefined ? '' : `, ${Math.ceil(left)} s left`}`),
      },
    );
  });
  running = solving.then(
    result => {
      finished = { result, truth };
      push(lastFrame(result, truth));
      film.end();
      tell(`Found in ${result.seconds.toFixed(1)} s.`);
      running = undefined;
    },
    (error: Error) => {
      film.end();
      running = undefined;
      tell(error instanceof StoppedError ? 'Stopped.' : error.message);
    },
  );
  showControls();
  await running;
  showControls();
}

/** Stops the run that is going on, if there is one. */
async function stopRun(): Promise<void> {
  if (!running) return;
  stopWaiting();
  client.stop();
  film.pause();
  await running;
}

/** The division that ends a run, as a frame. */
function lastFrame({ refined, light, codes, objective }: Result, { signal }: Truth): Frame {
  const bytes = (image: Float32Array) =>
    new Uint8Array(Uint8ClampedArray.from(image, value => 255 * value).buffer);
  const norms = [Math.hypot(...codes.signal), Math.hypot(...codes.distortion)] as const;
  if (refined.length !== signal.length)
    throw new TypeError(`expected ${signal.length} pixels, got ${refined.length}`);
  return { line: 'divide', count: 0, signal: bytes(refined), distortion: bytes(light), norms, objective };
}

function showFrame(shown: Shown): void {
  const { frame, before, t, index, count } = shown;
  pictures.classList.remove('waiting');
  const signal = between(before.signal, frame.signal, t);
  const distortion = between(before.distortion, frame.distortion, t);
  paint(found.signal, signal);
  paint(found.distortion, distortion, 'lit');
  paint(
    found.product,
    signal.map((value, pixel) => value * distortion[pixel]!),
    'lit',
  );
  algorithm.show(shown);
  scrub.disabled = false;
  scrub.max = `${count - 1}`;
  scrub.value = `${index}`;
  element('found-signal-name', HTMLElement).textContent = frame.line === 'divide' ? 'ŵ = y ÷ x̂' : 'ŵ = G₁(h)';
  if (film.isOver && finished && t === 1) showResult(finished.result, finished.truth);
  showControls();
}

play.addEventListener('click', () => {
  if (running && film.isPlaying) void stopRun();
  else if (film.isPlaying) film.pause();
  else if (finished && !film.isOver && !pictures.classList.contains('stale')) film.play();
  else if (running) film.play();
  else void run();
});
another.addEventListener('click', () => {
  change({ seed: (state.seed + 1) % 1000 });
  void run();
});
toEnd.addEventListener('click', () => film.seek(Number(scrub.max)));
scrub.addEventListener('input', () => film.seek(Number(scrub.value)));
solver.append(...SOLVERS.map(({ name, title }) => make('option', { value: name }, title)));
solver.addEventListener('change', () => change({ solver: solver.value as SolverName }));
window.addEventListener('hashchange', () => {
  if (document.querySelector(`[data-part="${location.hash.slice(1)}"]`)) return;
  const before = state;
  state = fromFragment(location.hash);
  show(before);
  void run();
});
// The parts of the page are reached without a change of the address, which holds the state.
for (const link of document.querySelectorAll<HTMLAnchorElement>('[data-part], .skip')) {
  link.addEventListener('click', event => {
    event.preventDefault();
    const target = element(link.hash.slice(1), HTMLElement);
    target.scrollIntoView({ behavior: wantsStillness() ? 'auto' : 'smooth' });
    if (link.classList.contains('skip')) target.focus();
  });
}

show();
performance.mark('first picture');
void start();

async function start(): Promise<void> {
  try {
    const landscapeShown = landscape.load().then(() => landscape.from(state.start));
    const [{ device, reason, threads }] = await Promise.all([loader.ready('quick', tell), landscapeShown]);
    const engine =
      device === 'webgpu' ? 'WebGPU' : `WebAssembly on ${threads} thread${threads === 1 ? '' : 's'}`;
    element('engine', HTMLElement).textContent = `It computes with ${engine}: ${reason}.`;
    element('where', HTMLElement).textContent = `runs on this device alone, with ${engine}`;
    document.documentElement.dataset.ready = 'true';
    ready = true;
    performance.mark('ready');
    latent.start();
    await run();
  } catch (error) {
    tell(error instanceof Error ? error.message : `${error}`);
    document.documentElement.dataset.failed = 'true';
  }
}
