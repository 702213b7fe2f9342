// The work of demod bench: how much of the machine is used, measured.
import {
  type BenchmarkResult,
  type BenchmarkRow,
  benchmark,
  measurePage,
  profileProgram,
  type Size,
} from '@blind-demod/benchmark';
import { threadCount } from '@blind-demod/jit';
import { barChart, textTable } from '@blind-demod/picture';
import type { Arguments } from '../commands/bench.js';
import { printResult } from '../output.js';
import { servePage } from '../page.js';
import { changeLines, compareRatios, lastRelease, writeRatios } from '../ratios.js';

/** What is measured when nothing else is asked for. */
const QUICK = { maps: [16, 32, 64], batch: [16] };
const FULL = { maps: [16, 32, 64], batch: [1, 16, 64] };

export async function run(args: Arguments): Promise<void> {
  const { repetitions, device } = args;
  const usual = args.full ? FULL : QUICK;
  const sizes = (args.maps ?? usual.maps).flatMap(maps =>
    (args.batch ?? usual.batch).map(batch => ({ maps, batch })),
  );
  if (args.web) return printPage(args);
  if (args.profile) return printProfiles(sizes, args);
  const last = await lastRelease(args.ratios);
  const result = await benchmark({ sizes, repetitions, device, peer: args.peer });
  const comparison = compareRatios(result, { repetitions, last });
  if (args.ratios !== undefined) await writeRatios(args.ratios, comparison.now);
  printResult(args, { threads: threadCount(), repetitions, ...result, ...comparison }, [
    ...toLines(result),
    ...changeLines(comparison),
    ...(args.ratios === undefined ? [] : [args.ratios]),
  ]);
}

async function printPage(args: Arguments): Promise<void> {
  const { address, server } = await servePage(0);
  const speed = await measurePage(address).finally(() => server.close());
  const seconds = (value: number) => `${value.toFixed(2)} s`;
  printResult(args, speed, [
    `first picture ${seconds(speed.firstPicture)}, generators ready ${seconds(speed.ready)}`,
    `a run of the quick solver ${seconds(speed.run)}, an iteration of Algorithm 1 ${seconds(speed.iteration)}`,
    `${(speed.bytes / 1e6).toFixed(1)} MB loaded, not compressed`,
    speed.engine,
  ]);
}

/** Operators that take less than this share of the time are left out of the table. */
const SHOWN = 0.01;

async function printProfiles(sizes: readonly Size[], args: Arguments): Promise<void> {
  const profiles = [];
  for (const size of sizes) {
    for (const program of ['training step', 'Algorithm 1 iteration'] as const) {
      profiles.push({ program, ...size, operators: await profileProgram(program, size) });
    }
  }
  const tables = profiles.flatMap(({ program, maps, batch, operators }) => {
    const total = operators.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    const rows = operators
      .filter(({ milliseconds }) => milliseconds >= SHOWN * total)
      .map(({ operator, calls, milliseconds }) => [
        operator,
        `${calls}`,
        `${milliseconds.toFixed(1)} ms`,
        percent(milliseconds / total),
      ]);
    return [
      `${program}, ${maps} maps, batch ${batch}`,
      textTable(['operator', 'calls', 'time', 'share'], rows, { ascii: !process.stdout.isTTY }),
    ];
  });
  printResult(args, { profiles }, tables);
}

/** A table, bars, and what else was measured or not. */
export function toLines({ device, rows, references, notes }: BenchmarkResult): string[] {
  const ascii = !process.stdout.isTTY;
  const peer = rows.some(({ timesPyTorch }) => timesPyTorch !== undefined);
  const head = [
    'program',
    'maps',
    'batch',
    'median',
    'GFLOP/s',
    'of product',
    '× wasm',
    '× js',
    ...(peer ? ['× pytorch'] : []),
    'first run',
    'memory',
  ];
  const lines = rows.map(row => [
    row.program,
    `${row.maps}`,
    `${row.batch}`,
    `${row.milliseconds.toFixed(1)} ms`,
    row.gigaflops.toFixed(0),
    percent(row.share),
    isProduct(row) ? '' : (row.timesWasm?.toFixed(0) ?? 'no kernel'),
    isProduct(row) ? '' : (row.timesJs?.toFixed(0) ?? ''),
    ...(peer ? [row.timesPyTorch?.toFixed(2) ?? ''] : []),
    `${row.firstRunSeconds.toFixed(1)} s`,
    `${row.peakMemoryMB} MB`,
  ]);
  const bars = rows
    .filter((row, index) => index === 0 || !isProduct(row))
    .map(row => ({
      label: isProduct(row) ? row.program : `${row.program}, ${row.maps} maps, batch ${row.batch}`,
      value: row.gigaflops,
      note: `${row.gigaflops.toFixed(0)} GFLOP/s`,
    }));
  const others = references.map(
    ({ engine, program, maps, batch, gigaflops }) =>
      `${engine}: ${program}, ${maps} maps, batch ${batch}: ${gigaflops < 10 ? gigaflops.toPrecision(2) : gigaflops.toFixed(0)} GFLOP/s`,
  );
  return [
    textTable(head, lines, { ascii }),
    barChart(bars, { width: 40, ascii }),
    ...others,
    ...notes,
    `device ${device}, 64×64 pixels`,
  ];
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

/** The first of each size: what the others are measured by, so that it has no network and no reference. */
const isProduct = ({ program }: BenchmarkRow) => program.startsWith('matrix product');
