import { gradientFlow } from "../../integrators/solvers/gradient-flow.js";
import { newton } from "../../integrators/solvers/newton.js";
import type { StationarySolver } from "../../integrators/solvers/stationary-solver.js";

/**
 * How measurements settle a phase: the dynamics chooses the branch, Newton's method polishes the state to 1e-12, so that what
 * is left of it stays far below the square of any nudge.
 */
export const carefulSolver = (): StationarySolver =>
  newton({ tolerance: 1e-12, after: gradientFlow({ step: 0.25, tolerance: 1e-5, iterations: 3000 }) });
