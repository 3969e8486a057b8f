import { LuDecomposition, Matrix } from "ml-matrix";
import type { LayerPrograms } from "./layer-programs.js";
import { balanceOf, type LayerStack, largestOf, type StackBalance } from "./layer-stack.js";

/** A stationary stack, or the nearest that was found. */
export interface BoundaryValueResult {
  readonly layers: readonly Float64Array[];
  readonly balance: StackBalance;
  readonly converged: boolean;
  readonly iterations: number;
}

/** A step after which the forces are larger by more than this is taken back. */
const MOST_RISE = 2;

/**
 * Solves dPhi/dx_i = 0 for all layers at once, x_0 clamped and P_N = -nudge dC/dx_N, by pseudo-transient continuation (Kelley
 * and Keyes 1998): implicit Euler steps of the system's own dynamics, du/dt = -dPhi/du for what descends the scalar and
 * dv/dt = +dPhi/dv for inhibitors, over a time that grows as the largest force falls, so that near the solution they are Newton
 * steps. A saddle is found as well as a minimum, and a guess need not be near. Each step is a linear system with one block row
 * per layer, d2L/dx_i dx_(i+1) beside the diagonal, eliminated block by block; its cost is linear in the depth, and errors do
 * not grow with it. The iteration goes on to rounding.
 *
 * @param tolerance the force at which it has converged, relative to the largest momentum (at least 1)
 */
export function solveBoundaryValue(
  programs: LayerPrograms,
  guess: LayerStack,
  { tolerance, iterations: most }: { readonly tolerance: number; readonly iterations: number },
): BoundaryValueResult {
  const { nudge } = guess;
  let layers = guess.layers;
  let balance = balanceOf(programs, guess);
  let iterations = 0;
  let caution = 1;
  const isConverged = (): boolean => balance.residual <= tolerance * Math.max(1, largestOf(balance.momenta));
  while (iterations < most && balance.residual > 0 && Number.isFinite(balance.residual)) {
    const step = implicitStep(programs, { layers, nudge }, balance.forces, caution);
    if (step === undefined) break;
    const moved = layers.map((layer, i) =>
      i === 0 ? layer : layer.map((entry, k) => entry - (step[i - 1] as Matrix).get(k, 0)),
    );
    const next = balanceOf(programs, { layers: moved, nudge });
    iterations++;
    // Once converged, a force that does not fall any more is rounding.
    if (isConverged() && !(next.residual < balance.residual)) break;
    const isAccepted = next.residual <= MOST_RISE * balance.residual;
    caution = isAccepted ? Math.max(1, caution / 2) : 4 * caution;
    if (isAccepted) [layers, balance] = [moved, next];
  }
  return { layers, balance, converged: isConverged(), iterations };
}

/**
 * The solution of (d2Phi/dx2 + K / time) step = forces, K = 1 for what descends and -1 for what climbs, by block elimination from
 * the first layer to the last; `undefined` where a block on the way is singular.
 */
function implicitStep(
  programs: LayerPrograms,
  { layers, nudge }: LayerStack,
  forces: readonly Float64Array[],
  caution: number,
): Matrix[] | undefined {
  const { size } = programs;
  const rate = caution * largestOf(forces);
  const inertia = Matrix.diag(Array.from(programs.descent, (sign) => sign * rate));
  const count = layers.length - 1;
  const rights: Matrix[] = [];
  const mixeds: Matrix[] = [];
  let diagonal = new Matrix(size, size);
  let right = new Matrix(size, 1);
  for (let i = 0; i < count; i++) {
    programs.layer.set(layers[i] as Float64Array);
    programs.next.set(layers[i + 1] as Float64Array);
    const { here, mixed, next } = programs.curvature(i);
    const force = Matrix.columnVector(forces[i] as Float64Array);
    if (i === 0) {
      // The clamped layer does not move: it only leaves its end of the coupling.
      [diagonal, right] = [Matrix.add(next, inertia), force];
      continue;
    }
    const decomposition = new LuDecomposition(Matrix.add(diagonal, here));
    if (decomposition.isSingular()) return undefined;
    const [eliminated, moved] = [decomposition.solve(right), decomposition.solve(mixed)];
    rights.push(eliminated);
    mixeds.push(moved);
    right = Matrix.sub(force, mixed.transpose().mmul(eliminated));
    diagonal = Matrix.sub(Matrix.add(next, inertia), mixed.transpose().mmul(moved));
  }
  programs.layer.set(layers[count] as Float64Array);
  const last = new LuDecomposition(Matrix.add(diagonal, Matrix.mul(programs.costs().curvature, nudge)));
  if (last.isSingular()) return undefined;
  const step = [last.solve(right)];
  for (let i = count - 2; i >= 0; i--) {
    const above = step[0] as Matrix;
    step.unshift(Matrix.sub(rights[i] as Matrix, (mixeds[i] as Matrix).mmul(above)));
  }
  return step;
}
