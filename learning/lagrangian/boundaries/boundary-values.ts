import { type Boundary, solvedPhases } from "./boundary.js";

/**
 * Positions given at both ends. No residual is left, as neither end moves with parameters or nudge. Every phase is a boundary
 * value problem: Newton's method over the whole path, O(steps n) memory and O(steps n^3) work per iteration, not causal. A
 * solution need not exist or be the only one; the search starts from the straight line between the ends.
 */
export const boundaryValues: Boundary = {
  name: "boundary values",
  startsFrom: "positions",
  endsAt: "positions",
  leastSteps: 2,
  run(compiled, data) {
    const { nodes, stride } = compiled;
    const [first, last] = [data.start.position, data.lastPosition as Float64Array];
    const line = Float64Array.from({ length: nodes * stride }, (_, k) => {
      const along = Math.floor(k / stride) / (nodes - 1);
      return (1 - along) * (first[k % stride] as number) + along * (last[k % stride] as number);
    });
    return solvedPhases(compiled, data, line, "inner");
  },
};
