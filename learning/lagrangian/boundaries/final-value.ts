import { type Boundary, marchedPhase, nudgedName } from "./boundary.js";

/**
 * Positions and momenta at the end, in all phases those of the free run from given initial data: nudged phases run back from
 * there, which, because L is even in the velocities, is the same system running forward with its velocities turned: the
 * Hamiltonian echo. R(T) = 0, as nothing at the end depends on the nudge; what is left, -R(0), needs only what the nudge does to
 * the start,
 *
 *     -R(0) = (d_theta p_0)' d_b s_0 - (d_theta s_0)' d_b p_0,
 *
 * and vanishes for parameters where s_0 and p_0 are constants. Two or three runs in all; the practical one.
 */
export const finalValue: Boundary = {
  name: "final value",
  startsFrom: "positions and momenta",
  runsBack: true,
  run(compiled, { start, nudges }) {
    const free = marchedPhase(compiled, "free", start, 0, "forward");
    const end = { position: free.path.slice(-compiled.stride), momentum: free.momenta[1] };
    return [free, ...nudges.map((nudge) => marchedPhase(compiled, nudgedName(nudge), end, nudge, "backward"))];
  },
};
