// Reads what several runs of a program left on the device, in one go: each array that comes to the host has a GPU finish
// what it was given, and the host wait for that.

import type { NdArray } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type AnyArray, DeviceArray, type Engine, type EngineProgram, isAnyArray } from './engines/engine.js';
import { rowOf } from './rows.js';
import { leaves, mapTree, type Tree } from './tree.js';

/** The corresponding arrays of several trees, by their path. */
type Columns<T> = Readonly<Record<string, readonly T[]>>;

export interface Reader {
  /** Trees of one form, always the same, as they are on the host. */
  read(trees: readonly Tree<AnyArray>[]): Promise<Tree<AnyArray>[]>;
  dispose(): Promise<void>;
}

export function readTogether(engine: Engine): Reader {
  /** By how many trees they read. */
  const programs = new Map<number, EngineProgram>();
  return {
    async read(trees) {
      const columns = columnsOf(trees);
      if (Object.keys(columns).length === 0) return [...trees];
      let program = programs.get(trees.length);
      if (program === undefined) {
        program = await engine.compile(stacked, exampleOf(columns));
        programs.set(trees.length, program);
      }
      const stacks = (await program.run(columns)) as Readonly<Record<string, NdArray>>;
      return trees.map((tree, index) =>
        mapTree(tree, isAnyArray, (array, path) =>
          array instanceof DeviceArray ? rowOf(stacks[path]!, index) : array,
        ),
      );
    },
    async dispose() {
      for (const program of programs.values()) await program.dispose();
    },
  };
}

/** What of the trees is on the device. */
function columnsOf(trees: readonly Tree<AnyArray>[]): Columns<AnyArray> {
  const columns: Record<string, AnyArray[]> = {};
  for (const [path, array] of trees.flatMap(tree => leaves(tree, isAnyArray))) {
    if (!(array instanceof DeviceArray)) continue;
    columns[path] ??= [];
    columns[path].push(array);
  }
  return columns;
}

const stacked = (columns: Columns<Tensor>): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(Object.entries(columns).map(([path, column]) => [path, tf.stack([...column])]));

const exampleOf = (columns: Columns<AnyArray>): Columns<NdArray> =>
  mapTree(columns as Tree<AnyArray>, isAnyArray, ({ dtype, shape }) => ({
    dtype,
    shape,
    data: new Float32Array(),
  })) as Columns<NdArray>;
