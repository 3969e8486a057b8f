import { type Boundary, marchedPhase, nudgedName } from "./boundary.js";

/**
 * Positions and motions given at the start, in all phases. Both runs are causal and forward, but nothing is fixed at the end:
 * R(T) is left in full, and without it the gradient is wrong by more than its own size. It takes the derivatives of s_K and p_K
 * by every parameter, input and initial datum: one tangent run for each, where backpropagation takes one run for all.
 */
export const initialValue: Boundary = {
  name: "initial value",
  startsFrom: "positions and momenta",
  needsTangents: true,
  run: (compiled, { start, nudges }) =>
    [0, ...nudges].map((nudge) =>
      marchedPhase(compiled, nudge === 0 ? "free" : nudgedName(nudge), start, nudge, "forward"),
    ),
};
