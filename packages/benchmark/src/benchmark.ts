// How fast the machine is used: the main programs' arithmetic per second beside that of a plain matrix product, and
// beside that of the same programs on TensorFlow.js' own backends.
import { UserError } from '@blind-demod/arrays';
import { startProgress } from '@blind-demod/artifacts';
import { chosenDevice, type Device, threadCount } from '@blind-demod/jit';
import { startWorker, type Worker } from './process.js';
import { PROGRAM_NAMES, type Size, WASM_PROGRAMS } from './programs.js';
import { pytorchVersion, startPyTorch } from './pytorch.js';
import { PYTORCH_ENGINES, type PyTorchTask, ROUNDED_ENGINE, type Task } from './task.js';

export interface BenchmarkOptions {
  readonly sizes: readonly Size[];
  /** Timed turns of each program, after a first run that does not count. */
  readonly repetitions: number;
  readonly device: Device;
  /** Another program that takes turns with this one. */
  readonly peer?: 'pytorch' | undefined;
}

/** One program of one size on one engine. */
export type Measurement = Task & {
  /** Per run: median over the turns. */
  readonly milliseconds: number;
  /** 10⁹ floating-point operations per second, by counting those of products and convolutions. */
  readonly gigaflops: number;
  /** Seconds from the start of a process to the end of its first run of the program. */
  readonly firstRunSeconds: number;
  /** The most that such a process held. */
  readonly peakMemoryMB: number;
};

export type BenchmarkRow = Measurement & {
  /** Its rate as a share of the matrix product's in the same rounds. */
  readonly share: number;
  /** How many times the rate of the same program on the reference; absent where that has no kernel for it. */
  readonly timesWasm?: number;
  readonly timesJs?: number;
  /** … than on the peer, run in the way that is fastest there, in single precision. */
  readonly timesPyTorch?: number;
};

export interface BenchmarkResult {
  readonly device: Exclude<Device, 'auto'>;
  readonly rows: readonly BenchmarkRow[];
  /** What the rows are compared with. */
  readonly references: readonly Measurement[];
  /** Which PyTorch was measured, and what was not, and why. */
  readonly notes: readonly string[];
}

/** `js` takes seconds where the others take milliseconds: it is measured once, at this size. */
const JS_SIZE: Size = { maps: 8, batch: 1 };
/** batch · maps² of what wasm is given, which is by far the slowest of a round. Its rate does not rise with the batch. */
const WASM_WORK = 16 * 32 ** 2;

/**
 * Measures a matrix product, a DCGAN training step, an iteration of Algorithm 1 and a generator's forward pass on 64×64
 * images, each in a process of its own. The programs of a size take turns, so that a busy moment hits all
 * alike.
 *
 * @throws UserError when the device does not work here
 */
export async function benchmark(options: BenchmarkOptions): Promise<BenchmarkResult> {
  const { sizes, repetitions, device, peer } = options;
  const engine = await chosenDevice(device);
  const notes: string[] = [];
  const gpu = engine === 'webgpu' || engine === 'cuda';
  const version = peer && (await orNote(notes, () => pytorchVersion(gpu)));
  if (version !== undefined) notes.push(`PyTorch ${version}`);
  const threads = threadCount();
  const programs = PROGRAM_NAMES.slice(1);
  const ways: readonly PyTorchTask['engine'][] = gpu ? [...PYTORCH_ENGINES, ROUNDED_ENGINE] : PYTORCH_ENGINES;
  const peers = version === undefined ? [] : ways;
  const rounds = sizes.map(({ maps, batch }): Task[] => [
    ...PROGRAM_NAMES.map(program => ({ engine, program, maps, batch, threads })),
    ...peers.flatMap(engine =>
      PROGRAM_NAMES.map(program => ({ engine, program, maps, batch, threads, gpu })),
    ),
    ...WASM_PROGRAMS.map(program => ({ engine: 'wasm' as const, program, ...wasmSize({ maps, batch }) })),
  ]);
  const ofJs = programs.map((program): Task => ({ engine: 'js', program, ...JS_SIZE }));
  const total = [ofJs, ...rounds].reduce((sum, tasks) => sum + tasks.length * (repetitions + 1), 0);
  const progress = startProgress({ title: 'benchmark (turns)', total });
  let done = 0;
  const onRun = ({ engine, program, maps, batch }: Task) =>
    progress.update(++done, `${program} on ${engine}, ${maps} maps, batch ${batch}`);

  try {
    const measured: Measurement[][] = [];
    for (const tasks of rounds) measured.push(await measure(tasks, repetitions, notes, onRun));
    const js = await measure(ofJs, repetitions, notes, onRun);
    const split = measured.map(round => ({
      ours: round.filter(row => row.engine === engine),
      others: round.filter(row => row.engine !== engine),
    }));
    return {
      device: engine,
      rows: split.flatMap(({ ours, others }) => ours.map(row => compared(row, ours[0]!, [...others, ...js]))),
      references: [...split.flatMap(({ others }) => others), ...js],
      notes,
    };
  } finally {
    progress.stop();
  }
}

function wasmSize({ maps, batch }: Size): Size {
  return { maps, batch: Math.max(1, Math.min(batch, Math.floor(WASM_WORK / maps ** 2))) };
}

function compared(row: Measurement, product: Measurement, references: readonly Measurement[]): BenchmarkRow {
  const times = (engine: string) => {
    const rates = references
      .filter(other => other.engine.startsWith(engine) && other.engine !== ROUNDED_ENGINE)
      .filter(other => other.program === row.program)
      .map(({ gigaflops }) => gigaflops);
    return rates.length > 0 ? row.gigaflops / Math.max(...rates) : undefined;
  };
  const [timesWasm, timesJs, timesPyTorch] = [times('wasm'), times('js'), times('pytorch')];
  return {
    ...row,
    share: row.gigaflops / product.gigaflops,
    ...(timesWasm !== undefined && { timesWasm }),
    ...(timesJs !== undefined && { timesJs }),
    ...(timesPyTorch !== undefined && { timesPyTorch }),
  };
}

/** The result, or undefined and a note where a peer does not work here. */
async function orNote<T>(notes: string[], of: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await of();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    notes.push(error.message);
    return undefined;
  }
}

/** Starts a process per task, and lets them run in turn. */
async function measure(
  tasks: readonly Task[],
  repetitions: number,
  notes: string[],
  onRun: (task: Task) => void,
): Promise<Measurement[]> {
  const workers: Worker[] = [];
  try {
    const start = async (task: Task) => {
      const worker = isPyTorch(task)
        ? await orNote(notes, () => startPyTorch(task))
        : await startWorker(task);
      if (worker !== undefined) workers.push(worker);
      onRun(task);
    };
    for (const task of tasks.filter(task => !isTogether(task))) await start(task);
    await Promise.all(tasks.filter(isTogether).map(start));
    const times = workers.map((): number[] => []);
    for (let repetition = 0; repetition < repetitions; repetition++) {
      for (const [index, worker] of workers.entries()) {
        times[index]!.push(await worker.run());
        onRun(worker.task);
      }
    }
    const results: Measurement[] = [];
    for (const [index, { task, firstRunSeconds, finish }] of workers.entries()) {
      const { operations, peakMemoryMB } = await finish();
      const milliseconds = median(times[index]!);
      const gigaflops = operations / milliseconds / 1e6;
      results.push({ ...task, milliseconds, gigaflops, firstRunSeconds, peakMemoryMB });
    }
    return results;
  } finally {
    for (const { kill } of workers) kill();
  }
}

/** One after the other, so that the first run of one is not slowed by those of others; but PyTorch's on a GPU take minutes. */
const isTogether = (task: Task): boolean => isPyTorch(task) && task.gpu === true;

const isPyTorch = (task: Task): task is PyTorchTask => task.engine.startsWith('pytorch');

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
