import { type Boundary, solvedPhases } from "./boundary.js";

/**
 * A path that closes: s_K = s_0 and p_K = p_0, the horizon being the period. R(T) and R(0) cancel. Every phase is a boundary value
 * problem over the whole orbit, its matrix cyclic; the search starts from the forward run from the initial data, so that
 * `periodicOrbit` or a guess of one's own goes in there. Orbits are isolated where something fixes their phase: a drive, or a cost.
 */
export const periodic: Boundary = {
  name: "periodic",
  startsFrom: "nothing",
  leastSteps: 3,
  undamped: "the weights of a damped action, e^(gamma t), are not periodic, so that the boundary terms do not cancel",
  run: (compiled, data) =>
    solvedPhases(compiled, data, compiled.integrate("guess", data.start, 0, "forward").path, "all"),
};
