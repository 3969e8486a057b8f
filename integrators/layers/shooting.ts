import { LuDecomposition, Matrix } from "ml-matrix";
import { solveBoundaryValue } from "./boundary-value.js";
import type { LayerPrograms } from "./layer-programs.js";
import { largestOf, TangentMap } from "./layer-stack.js";

/** What a shot starts from. */
export interface Shots {
  /** x_0 */
  readonly first: Float64Array;
  /** P_0 to start from. */
  readonly momentum: Float64Array;
  readonly nudge: number;
  /** The largest growth of an error of P_0 that is accepted. */
  readonly mostGrowth: number;
  /** The relative force at which a boundary value problem on the way has converged. */
  readonly tolerance: number;
  /** The most steps per depth. */
  readonly iterations: number;
  /** Whether to reach the depth layer by layer; else the first shot goes all the way. */
  readonly grow: boolean;
}

/** How shooting ended. */
export interface ShootingResult {
  readonly outcome: "found" | "growth" | "no convergence";
  /** The last depth that was aimed at. */
  readonly depth: number;
  /** x_0, ... as far as they were found. */
  readonly layers: readonly Float64Array[];
  readonly growth: number;
  readonly iterations: number;
}

/** One pass of the recurrence. */
interface Pass {
  readonly momentum: Float64Array;
  readonly layers: readonly Float64Array[];
  /** P_d + nudge dC/dx_d at the last layer d of the pass, which is to vanish. */
  readonly miss: Float64Array;
  readonly norm: number;
  /** d(miss)/dP_0 */
  readonly slope: Matrix;
  readonly growth: number;
  /** What of the miss is rounding, carried to the end. */
  readonly rounding: number;
}

/** A Newton step is halved at most this often: the neighbouring depth aims well, or there is nothing to aim at. */
const HALVINGS = 10;
/** A miss below so many roundings cannot be made smaller. */
const ROUNDINGS = 8;

/**
 * Finds the initial momenta P_0 with which the recurrence ends at P_N = -nudge dC/dx_N: Newton's method on the end of the
 * pass, with the tangent map for its Jacobian. Errors of P_0 grow exponentially with the depth, so the depth is reached layer
 * by layer; each shot starts from the P_0 of the depth before, whose end is free, too. A depth that has no stationary state near
 * that of the depth before is aimed at anew, by the boundary value problem of its few layers.
 */
export function shoot(programs: LayerPrograms, shots: Shots): ShootingResult {
  const { first, mostGrowth, grow } = shots;
  let iterations = 0;
  let layers: readonly Float64Array[] = [first];
  let growth = 1;
  let momentum = shots.momentum;
  for (let depth = grow ? 1 : programs.layers; depth <= programs.layers; depth++) {
    const nudge = depth === programs.layers ? shots.nudge : 0;
    let aimed = aim(programs, shots, momentum, depth, nudge);
    iterations += aimed.iterations;
    if (aimed.pass === undefined) {
      const last = layers.at(-1) as Float64Array;
      const guess = Array.from({ length: depth + 1 }, (_, i) => layers[i] ?? last);
      const solved = solveBoundaryValue(programs, { layers: guess, nudge }, shots);
      aimed = aim(programs, shots, solved.balance.momenta[0] as Float64Array, depth, nudge);
      iterations += solved.iterations + aimed.iterations;
    }
    const { pass } = aimed;
    if (pass === undefined) return { outcome: "no convergence", depth, layers, growth, iterations };
    growth = pass.growth;
    if (growth > mostGrowth) return { outcome: "growth", depth, layers, growth, iterations };
    layers = pass.layers;
    momentum = pass.momentum;
  }
  return { outcome: "found", depth: programs.layers, layers, growth, iterations };
}

/** Newton's method at one depth; no pass where it does not converge. */
function aim(
  programs: LayerPrograms,
  { first, iterations: most }: Shots,
  start: Float64Array,
  depth: number,
  nudge: number,
): { readonly pass: Pass | undefined; readonly iterations: number } {
  const fire = (momentum: Float64Array): Pass => passOf(programs, first, momentum, depth, nudge);
  let pass = fire(start);
  let iterations = 0;
  while (Number.isFinite(pass.norm)) {
    if (pass.norm <= ROUNDINGS * pass.rounding) return { pass, iterations };
    const better = iterations < most ? improved(pass, fire) : undefined;
    if (better === undefined) return { pass: undefined, iterations };
    pass = better;
    iterations++;
  }
  return { pass: undefined, iterations };
}

/** The first of the halved Newton steps that misses by less. */
function improved(pass: Pass, fire: (momentum: Float64Array) => Pass): Pass | undefined {
  const decomposition = new LuDecomposition(pass.slope);
  if (decomposition.isSingular()) return undefined;
  const step = decomposition.solve(Matrix.columnVector(pass.miss));
  for (let halving = 0, scale = 1; halving < HALVINGS; halving++, scale /= 2) {
    const next = fire(pass.momentum.map((entry, k) => entry - scale * step.get(k, 0)));
    if (next.norm < pass.norm) return next;
  }
  return undefined;
}

function passOf(
  programs: LayerPrograms,
  first: Float64Array,
  momentum: Float64Array,
  depth: number,
  nudge: number,
): Pass {
  programs.layer.set(first);
  programs.momentum.set(momentum);
  const tangents = new TangentMap(programs.size);
  const layers = [first];
  for (let i = 0; i < depth; i++) {
    tangents.step(programs.tangent(i));
    programs.advance(i);
    layers.push(programs.layer.slice());
  }
  const { slope, curvature } = programs.costs();
  const miss = programs.momentum.map((entry, k) => entry + nudge * (slope[k] as number));
  const response = Matrix.add(tangents.momentum(), Matrix.mul(curvature, nudge).mmul(tangents.layer()));
  // A rounding of a layer is as much as one of the momenta that lead there.
  const scale = largestOf([momentum]) + largestOf(layers) / tangents.first;
  return {
    momentum,
    layers,
    miss,
    norm: Math.hypot(...miss),
    slope: response,
    growth: tangents.growth,
    rounding: Number.EPSILON * response.norm("frobenius") * scale,
  };
}
