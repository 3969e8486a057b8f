import { blockCoordinate } from "./block-coordinate.js";
import { fixedPoint } from "./fixed-point.js";
import { gradientFlow } from "./gradient-flow.js";
import { newton } from "./newton.js";
import type { StationarySolver } from "./stationary-solver.js";

/** A way to a stationary state with everything but the tolerance chosen. */
export interface RegisteredSolver {
  /** What a user writes. */
  readonly name: string;
  make(tolerance: number): StationarySolver;
}

/** Every stationary solver, for tests and documentation tables; the library itself never imports this list. */
export const solvers: readonly RegisteredSolver[] = [
  { name: "gradientFlow", make: (tolerance) => gradientFlow({ tolerance }) },
  { name: "fixedPoint", make: (tolerance) => fixedPoint({ tolerance }) },
  { name: "blockCoordinate", make: (tolerance) => blockCoordinate({ tolerance }) },
  { name: "newton", make: (tolerance) => newton({ tolerance }) },
  {
    name: "newton({ after: gradientFlow() })",
    make: (tolerance) => newton({ tolerance, after: gradientFlow({ tolerance: 1e-4 }) }),
  },
];
