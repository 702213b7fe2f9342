// How fast the machine is used: the main programs' arithmetic per second beside that of a plain matrix product, and
// beside that of the same programs on TensorFlow.js' own backends.
import { startProgress } from '@blind-demod/artifacts';
import { chosenDevice, type Device, threadCount } from '@blind-demod/jit';
import { startWorker, type Worker } from './process.js';
import { PROGRAM_NAMES, type Size, WASM_PROGRAMS } from './programs.js';
import type { Task } from './task.js';

export interface BenchmarkOptions {
  readonly sizes: readonly Size[];
  /** Timed turns of each program, after a first run that does not count. */
  readonly repetitions: number;
  readonly device: Device;
}

/** One program of one size on one engine. */
export interface Measurement extends Task {
  /** Per run: median over the turns. */
  readonly milliseconds: number;
  /** 10⁹ floating-point operations per second, by counting those of products and convolutions. */
  readonly gigaflops: number;
  /** Seconds from the start of a process to the end of its first run of the program. */
  readonly firstRunSeconds: number;
  /** The most that such a process held. */
  readonly peakMemoryMB: number;
}

export interface BenchmarkRow extends Measurement {
  /** Its rate as a share of the matrix product's in the same rounds. */
  readonly share: number;
  /** How many times the rate of the same program on the reference; absent where that has no kernel for it. */
  readonly timesWasm?: number;
  readonly timesJs?: number;
}

export interface BenchmarkResult {
  readonly device: Exclude<Device, 'auto'>;
  readonly rows: readonly BenchmarkRow[];
  /** What the rows are compared with. */
  readonly references: readonly Measurement[];
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
export async function benchmark({ sizes, repetitions, device }: BenchmarkOptions): Promise<BenchmarkResult> {
  const engine = await chosenDevice(device);
  const threads = threadCount();
  const programs = PROGRAM_NAMES.slice(1);
  const jsTasks = programs.map((program): Task => ({ engine: 'js', program, ...JS_SIZE }));
  const rounds = sizes.map(({ maps, batch }): Task[] => [
    ...PROGRAM_NAMES.map(program => ({ engine, program, maps, batch, threads })),
    ...WASM_PROGRAMS.map(program => ({ engine: 'wasm' as const, program, ...wasmSize({ maps, batch }) })),
  ]);
  const total = [jsTasks, ...rounds].reduce((sum, tasks) => sum + tasks.length * (repetitions + 1), 0);
  const progress = startProgress({ title: 'benchmark (turns)', total });
  let done = 0;
  const onRun = ({ engine, program, maps, batch }: Task) =>
    progress.update(++done, `${program} on ${engine}, ${maps} maps, batch ${batch}`);

  try {
    const measured: Measurement[][] = [];
    for (const tasks of [...rounds, jsTasks]) measured.push(await measure(tasks, repetitions, onRun));
    const js = measured.pop()!;
    const split = measured.map(round => ({
      ours: round.slice(0, PROGRAM_NAMES.length),
      wasm: round.slice(PROGRAM_NAMES.length),
    }));
    return {
      device: engine,
      rows: split.flatMap(({ ours, wasm }) => ours.map(row => compared(row, ours[0]!, wasm, js))),
      references: [...split.flatMap(({ wasm }) => wasm), ...js],
    };
  } finally {
    progress.stop();
  }
}

function wasmSize({ maps, batch }: Size): Size {
  return { maps, batch: Math.max(1, Math.min(batch, Math.floor(WASM_WORK / maps ** 2))) };
}

function compared(
  row: Measurement,
  product: Measurement,
  wasm: readonly Measurement[],
  js: readonly Measurement[],
): BenchmarkRow {
  const times = (references: readonly Measurement[]) => {
    const reference = references.find(({ program }) => program === row.program);
    return reference && row.gigaflops / reference.gigaflops;
  };
  const [timesWasm, timesJs] = [times(wasm), times(js)];
  return {
    ...row,
    share: row.gigaflops / product.gigaflops,
    ...(timesWasm !== undefined && { timesWasm }),
    ...(timesJs !== undefined && { timesJs }),
  };
}

/** Starts a process per task, one after the other, and lets them run in turn. */
async function measure(
  tasks: readonly Task[],
  repetitions: number,
  onRun: (task: Task) => void,
): Promise<Measurement[]> {
  const workers: Worker[] = [];
  try {
    for (const task of tasks) {
      workers.push(await startWorker(task));
      onRun(task);
    }
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

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
