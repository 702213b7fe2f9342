// How much memory a program needs, from the shapes of its graph.
import { type Graph, sizeOf, type Value } from './graph.js';

const BYTES = 4;

/**
 * The bytes of all that is there at once, at most, while the nodes run one after the other: inputs and constants always, an
 * intermediate result from the node that makes it to the last one that needs it. What kernels need within is not in it.
 */
export function peakBytes(graph: Graph, outputs: readonly Value[]): number {
  const { nodes, constants } = graph.reachable(outputs);
  const bytesOf = (name: string) => BYTES * sizeOf(graph.shapes.get(name) ?? []);
  const last = new Map<string, number>();
  for (const [index, { inputs }] of nodes.entries()) for (const name of inputs) last.set(name, index);
  const kept = new Set(outputs.map(({ name }) => name));
  const made = new Set<string>();
  const always = [...graph.inputs, ...constants.map(({ value }) => value)];
  let now = always.reduce((sum, { name }) => sum + bytesOf(name), 0);
  let most = now;
  for (const [index, { inputs, outputs }] of nodes.entries()) {
    for (const name of outputs) {
      made.add(name);
      now += bytesOf(name);
    }
    most = Math.max(most, now);
    for (const name of new Set(inputs)) {
      if (last.get(name) === index && made.has(name) && !kept.has(name)) now -= bytesOf(name);
    }
  }
  return most;
}
