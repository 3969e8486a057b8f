import { type Boundary, solvedPhases } from "./boundary.js";

/**
 * Positions given at the start, and a free end: p_K = 0 in every phase, which is what a stationary action asks where the end may
 * move. No residual is left. Every phase is a boundary value problem, see {@link boundaryValues}; the search starts from the
 * forward run from the initial data, at rest where no motion is given.
 */
export const freeEnd: Boundary = {
  name: "free end",
  startsFrom: "positions",
  run: (compiled, data) =>
    solvedPhases(compiled, data, compiled.integrate("guess", data.start, 0, "forward").path, "all but the first"),
};
