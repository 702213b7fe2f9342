// The solvers that the page offers, by name: the project's own with less work, the same in full, and the paper's.

export const SOLVERS = [
  { name: 'quick', title: 'quick: one start' },
  { name: 'full', title: 'full: three starts' },
  { name: 'paper', title: 'the paper’s: 500 iterations' },
] as const;

export type SolverName = (typeof SOLVERS)[number]['name'];
