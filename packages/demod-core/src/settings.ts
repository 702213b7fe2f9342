// The settings of the solver.

/** What a search does; the schema of an experiment says what each setting means and where its bounds are. */
export interface SolverSettings {
  /** Iterations of Algorithm 1. */
  readonly iterations: number;
  /** For the mean misfit over pixels. */
  readonly stepSize: number;
  readonly momentum: number;
  /** δ: residuals beyond it count by their size (pseudo-Huber); by their square alone when absent. */
  readonly robustness?: number | undefined;
  /** Whether the noise of a picture is to be found, so that residuals within it count by their square. */
  readonly noise?: 'found' | undefined;
  /** Whether the exposure s of a picture y = s · w ⊙ x is to be found; it is 1 when absent. */
  readonly exposure?: 'found' | undefined;
  /** Whether the black level b of y = s · w ⊙ x + b is to be found as well; it is 0 when absent. */
  readonly blackLevel?: 'found' | undefined;
  /** λ of the prior term λ/2 (‖h‖² + ‖m‖²). */
  readonly latentPenalty: number;
  /** Whether the search starts where an encoder says, which was trained with the generators; as `draws` says when absent. */
  readonly starts?: 'learned' | undefined;
  /** Starting points per observation; the one of least objective is kept. */
  readonly restarts: number;
  /** Codes drawn of each factor, among whose pairs the starts are chosen; random codes when absent. */
  readonly draws?: number | undefined;
  /** Line 3 of Algorithm 1. */
  readonly signCheck: boolean;
  /** Line 5 of Algorithm 1. */
  readonly balance: boolean;
  readonly momentumOnFlip: 'keep' | 'flip' | 'reset';
  readonly momentumOnBalance: 'keep' | 'scale';
  /** Evaluations of L-BFGS that follow, from where each start ended; none when absent. */
  readonly polish?: number | undefined;
  /** How many steps of L-BFGS shape its next direction; 10 when absent. */
  readonly memory?: number | undefined;
  /** Evaluations of L-BFGS on all codes of a group of observations that share a distortion; none when absent. */
  readonly together?: number | undefined;
  /** How far apart objectives may be for starts to be averaged; the best start alone when absent. */
  readonly averaging?: number | undefined;
  /** A start whose objective has fallen by less than this fraction over 25 iterations is done; 0 for never. */
  readonly tolerance: number;
  readonly refinement: RefinementSettings;
}

/** How the observation is divided by the recovered distortion. */
export interface RefinementSettings {
  /** σ, in pixels, of the Gaussian that smooths the recovered distortion first. */
  readonly smoothing: number;
  /** λ in (x̂·y + λ·ŵ) / (x̂² + λ), for an observation without noise. */
  readonly regularisation: number;
  /** How wrong the signal's generator is at edges, by which noise adds to λ. */
  readonly detail: number;
}

/** The solver of the paper's section 4, and of its open points what `demod ablate paper` found best or equal. */
export const PAPER_SOLVER: SolverSettings = {
  iterations: 500,
  stepSize: 1,
  momentum: 0.9,
  latentPenalty: 0,
  restarts: 1,
  signCheck: true,
  balance: true,
  momentumOnFlip: 'keep',
  momentumOnBalance: 'keep',
  tolerance: 0,
  refinement: { smoothing: 2, regularisation: 0.001, detail: 0.2 },
};

/**
 * This project's own solver, with the settings that go with the generators of `configs/default.json`; `demod ablate` measures what
 * each departure from the paper's is worth.
 */
export const ROBUST_SOLVER: SolverSettings = {
  ...PAPER_SOLVER,
  iterations: 30,
  stepSize: 20,
  balance: false,
  robustness: 0.008,
  noise: 'found',
  draws: 256,
  restarts: 3,
  polish: 300,
  averaging: 0.3,
  refinement: { ...PAPER_SOLVER.refinement, smoothing: 1 },
};

/** What changes where the generators come with an encoder: a start that is near needs a third of the evaluations. */
export const LEARNED_STARTS = {
  starts: 'learned',
  draws: undefined,
  restarts: 2,
  iterations: 10,
  polish: 150,
  memory: 40,
} as const satisfies Partial<SolverSettings>;

/**
 * What a solver takes besides for pictures that somebody took: their exposure and black level are found, and those that share
 * a distortion are searched together.
 */
export const UNKNOWN_EXPOSURE = {
  exposure: 'found',
  blackLevel: 'found',
  together: 200,
} as const satisfies Partial<SolverSettings>;
