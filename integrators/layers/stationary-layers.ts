import { describeGiven } from "../../core/block-declarations.js";
import type { Backend } from "../../core/compile/program.js";
import { InputError } from "../../core/errors.js";
import { type LayerCost, readLayerTarget } from "../../core/layers/layer-cost.js";
import {
  checkLayers,
  type LayerParameterValues,
  readLayerParameters,
  readRows,
  rowsToBlocks,
} from "../../core/layers/layer-values.js";
import type { LayeredAction, LayerNames } from "../../core/layers/layered-action.js";
import { momentumName } from "../../core/layers/layered-action.js";
import type { StateArray, Values } from "../../core/system.js";
import { solveBoundaryValue } from "./boundary-value.js";
import { LayerError } from "./layer-error.js";
import { type LayerPrograms, layerPrograms } from "./layer-programs.js";
import { balanceOf, growthAlong, type StackBalance } from "./layer-stack.js";
import { type ShootingResult, shoot } from "./shooting.js";

/** How a stationary state of layers is found. */
export type LayerMethod = "automatic" | "recurrence" | "boundary value";

/** A cost of the last layer that pulls at it. */
export interface LayerNudge<T extends string = string> {
  readonly cost: LayerCost<T>;
  readonly target?: Values<T>;
  /** Positive values pull towards a lower cost: P_N = -nudge dC/dx_N. */
  readonly nudge: number;
}

/** What {@link stationaryLayers} takes besides the action. */
export interface StationaryLayersOptions<N extends LayerNames, T extends string = string> {
  /** The number N of couplings; the layers are 0 .. N. */
  readonly layers: number;
  /** The clamped layer 0. */
  readonly first: Values<N["layer"]>;
  readonly parameters: LayerParameterValues<N>;
  /** A pull at the last layer; without it the end is free, P_N = 0. */
  readonly end?: LayerNudge<T>;
  /**
   * Where to start: layers 1 .. N, [N, ...shape] by block. Left out, the boundary value problem starts from layers that all
   * equal the first, and the recurrence grows layer by layer.
   */
  readonly guess?: Values<N["layer"]>;
  /**
   * "recurrence" runs the canonical map from the initial momenta that end right, found by shooting; "boundary value" solves
   * for all layers at once; "automatic" takes the recurrence while float64 carries it, else the boundary value problem.
   * @defaultValue "automatic"
   */
  readonly method?: LayerMethod;
  /**
   * The relative error of the layers that is accepted of the recurrence: its growth times some roundings, 8 * 2.2e-16, must
   * stay below. The boundary value problem is solved to rounding, whatever the tolerance.
   * @defaultValue 1e-6
   */
  readonly tolerance?: number;
  /** The most steps, of the boundary value problem and of each depth of the recurrence. @defaultValue 100 */
  readonly iterations?: number;
  /** @defaultValue generated JavaScript, or the interpreter where code generation is forbidden */
  readonly backend?: Backend;
}

/** A stationary state of layers. */
export interface StationaryLayers<N extends LayerNames = LayerNames> {
  /** What found it. */
  readonly method: "recurrence" | "boundary value";
  /** Why, in one sentence. */
  readonly reason: string;
  /** How many times an error of the initial momenta has become larger somewhere along the layers than it is in layer 1. */
  readonly growth: number;
  /** Layers 1 .. N as a stacked system holds them: [N, ...shape] by block. */
  readonly states: { readonly [K in N["layer"]]: StateArray };
  /** P_0 .. P_N: [N + 1, ...shape] by NAME_momentum. */
  readonly momenta: { readonly [K in `${N["layer"]}_momentum`]: StateArray };
  /** Euclidean norm of dPhi/dx over all layers but the clamped one. */
  readonly residual: number;
  /** Steps taken, those of a recurrence that was given up included. */
  readonly iterations: number;
}

const METHODS: readonly LayerMethod[] = ["automatic", "recurrence", "boundary value"];
/** Forces of a boundary value problem that has converged are below this, relative to the largest momentum. */
const CONVERGED = 1e-9;
/** The relative error the initial momenta have at best. */
const ROUNDING = 8 * Number.EPSILON;

/**
 * The stationary state of a layered action with the first layer clamped: dPhi/dx_i = 0 for i = 1 .. N, which says that the
 * layers are an orbit of the canonical map with P_N = -nudge dC/dx_N at the end (0 where it is free).
 *
 * The recurrence finds it in single passes, but an error of its initial momenta grows exponentially along the depth, about
 * twofold per layer in the networks of the literature, so float64 carries it over some 25 to 30 layers. The growth is measured
 * with the tangent map. Where growth times some roundings exceeds the tolerance the boundary value problem is solved instead,
 * for all layers at once at a cost that is linear in the depth, and `reason` says so.
 *
 * Of several stationary states either method finds one that it can reach; a `guess` chooses.
 *
 * @throws InputError for data that do not fit the action
 * @throws LayerError where no stationary state was found, or the method "recurrence" cannot carry it within the tolerance
 */
export function stationaryLayers<N extends LayerNames, T extends string = never>(
  action: LayeredAction<N>,
  options: StationaryLayersOptions<N, T>,
): StationaryLayers<N> {
  checkOptions(options);
  const { layers: count, end, method = "automatic", tolerance = 1e-6, iterations = 100 } = options;
  const erased = action as LayeredAction;
  const parameters = readLayerParameters(erased, count, options.parameters as Values);
  const first = readRows("first", action.layer, options.first)[0] as Float64Array;
  const guess = options.guess && [first, ...readRows("guess", action.layer, options.guess, count)];
  const target = end && readLayerTarget(end.cost, end.target as Values | undefined);
  const programs = layerPrograms(erased, { layers: count, parameters, end: target, backend: options.backend });
  const nudge = end?.nudge ?? 0;
  const limits = { tolerance: CONVERGED, iterations };
  const solve = (start: readonly Float64Array[], reason: string, before: number): StationaryLayers<N> => {
    const solved = solveBoundaryValue(programs, { layers: start, nudge }, limits);
    if (!solved.converged) throw unsolved(solved.balance.forces);
    const { layers, balance } = solved;
    return report(action, programs, layers, balance, {
      method: "boundary value",
      reason,
      iterations: before + solved.iterations,
    });
  };
  if (method === "boundary value") {
    const repeated = Array.from({ length: count + 1 }, () => first);
    return solve(guess ?? repeated, "The boundary value problem was asked for.", 0);
  }

  programs.layer.set(first);
  programs.next.set(guess?.[1] ?? first);
  const momentum = programs.momenta(0)[0].slice();
  const mostGrowth = tolerance / ROUNDING;
  const shot = shoot(programs, { ...limits, first, momentum, nudge, mostGrowth, grow: guess === undefined });
  const { layers, outcome } = shot;
  const reason = reasonOf(shot, count, tolerance);
  if (outcome === "found") {
    const balance = balanceOf(programs, { layers, nudge });
    return report(action, programs, layers, balance, {
      method: "recurrence",
      reason: `${reason}.`,
      iterations: shot.iterations,
    });
  }
  if (method === "recurrence") {
    throw new LayerError(reason, shot.depth, 'solve the "boundary value" problem, or let the method be "automatic"');
  }
  // What the recurrence still carried is a good start; the layers beyond start at its last.
  const last = layers.at(-1) as Float64Array;
  const start = guess ?? Array.from({ length: count + 1 }, (_, i) => layers[i] ?? last);
  return solve(start, `${reason}, so the boundary value problem was solved instead.`, shot.iterations);
}

/** Puts a result together. */
function report<N extends LayerNames>(
  action: LayeredAction<N>,
  programs: LayerPrograms,
  layers: readonly Float64Array[],
  balance: StackBalance,
  how: Pick<StationaryLayers, "method" | "reason" | "iterations">,
): StationaryLayers<N> {
  const momentumBlocks = action.layer.map(({ name, shape }) => ({ name: momentumName(name), shape }));
  return {
    ...how,
    growth: growthAlong(programs, layers, balance),
    states: rowsToBlocks(layers.slice(1), action.layer) as StationaryLayers<N>["states"],
    momenta: rowsToBlocks(balance.momenta, momentumBlocks) as StationaryLayers<N>["momenta"],
    residual: balance.residual,
  };
}

/** What became of the recurrence, as the beginning of a sentence. */
function reasonOf({ outcome, depth, growth }: ShootingResult, count: number, tolerance: number): string {
  if (outcome === "no convergence") {
    return `The recurrence found no initial momenta that end right at layer ${depth} of ${count}`;
  }
  const carried = `An error of the initial momenta grows ${rounded(growth)} times by layer ${depth} of ${count}`;
  const verdict = `${outcome === "found" ? "within" : "above"} the tolerance ${rounded(tolerance)}`;
  return `${carried}, which leaves float64 a relative error of about ${rounded(growth * ROUNDING)}, ${verdict}`;
}

/** Two digits for people to read. */
function rounded(value: number): string {
  const short = Number(value.toPrecision(2));
  return short >= 0.01 && short < 1e4 ? String(short) : short.toExponential();
}

function checkOptions(options: {
  readonly layers: number;
  readonly method?: LayerMethod;
  readonly tolerance?: number;
  readonly iterations?: number;
  readonly end?: { readonly nudge: number };
}): void {
  const { layers, method, tolerance, iterations, end } = options;
  const refuse = (option: string, value: unknown, expected: string): never => {
    throw new InputError({ field: `stationaryLayers, ${option}`, given: describeGiven(value), expected });
  };
  checkLayers("stationaryLayers, layers", layers);
  if (method !== undefined && !METHODS.includes(method)) {
    refuse("method", method, METHODS.map((each) => `"${each}"`).join(", "));
  }
  if (tolerance !== undefined && !(tolerance > 0)) refuse("tolerance", tolerance, "a positive number");
  if (iterations !== undefined && !(Number.isSafeInteger(iterations) && iterations >= 1)) {
    refuse("iterations", iterations, "a whole number from 1 on");
  }
  if (end !== undefined && !Number.isFinite(end.nudge)) refuse("end.nudge", end.nudge, "a finite number");
}

/** Which layer keeps a boundary value problem from being solved. */
function unsolved(forces: readonly Float64Array[]): LayerError {
  const sizes = forces.map((force) => Math.hypot(...force));
  const bad = sizes.findIndex((size) => !Number.isFinite(size));
  const layer = (bad >= 0 ? bad : sizes.indexOf(Math.max(...sizes))) + 1;
  const what =
    bad >= 0
      ? `The boundary value problem left the finite numbers at layer ${layer}`
      : `The boundary value problem did not converge: the largest force left, ${Math.max(...sizes).toPrecision(2)}, is on layer ${layer}`;
  return new LayerError(what, layer, "give a guess nearer to the stationary state, or a smaller nudge");
}
