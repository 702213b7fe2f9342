// The solvers that the page offers, by name: the project's own with less work, the same in full, and the paper's. Each comes
// with generators of its own, and those of the paper's are large: they are fetched when they are asked for.

/** The file of the denoiser that goes with the default's generators, beside the page. */
export const DENOISER = 'models/default/denoiser.safetensors';

export const SOLVERS = [
  { name: 'quick', title: 'quick: one start', generators: 'default', balances: false },
  { name: 'full', title: 'full: three starts', generators: 'default', balances: false },
  { name: 'paper', title: 'the paper’s: 500 iterations', generators: 'paper', balances: true },
] as const satisfies readonly {
  name: string;
  title: string;
  /** Of which folder in `models` the generators are. */
  generators: string;
  /** Whether line 5 of Algorithm 1 is run. */
  balances: boolean;
}[];

export type SolverName = (typeof SOLVERS)[number]['name'];
export type PairName = (typeof SOLVERS)[number]['generators'];

/** The solver of that name. */
export const solverNamed = (name: SolverName): (typeof SOLVERS)[number] =>
  SOLVERS.find(solver => solver.name === name)!;
