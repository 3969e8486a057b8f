import { type LayerCost, readLayerTarget } from "../../core/layers/layer-cost.js";
import { readLayerParameters, readRows, rowsToBlocks } from "../../core/layers/layer-values.js";
import { type LayeredAction, type LayerNames, momentumName } from "../../core/layers/layered-action.js";
import type { StateArray, Values } from "../../core/system.js";
import { layerPrograms } from "../../integrators/layers/layer-programs.js";
import {
  type LayerNudge,
  type StationaryLayers,
  type StationaryLayersOptions,
  stationaryLayers,
} from "../../integrators/layers/stationary-layers.js";
import type { Nudging } from "../estimators/contrast.js";
import { checkedNudging, checkNudge } from "../rules/check-nudging.js";
import { CouplingContrast, type LayerGradient } from "./coupling-contrast.js";

/** What {@link layerEquilibriumGradient} takes besides the action and the cost. */
export interface LayerEquilibriumOptions<N extends LayerNames, T extends string = string>
  extends Omit<StationaryLayersOptions<N, T>, "end"> {
  readonly target?: Values<T>;
  /** The strength with which the cost pulls at the last layer. */
  readonly nudge: number;
  /** "centred" compares nudges of both signs (error of second order), "one-sided" the nudged with the free state (first). @defaultValue "centred" */
  readonly nudging?: Nudging;
}

/** What {@link layerEquilibriumGradient} returns. */
export interface LayerEquilibriumGradient<N extends LayerNames = LayerNames> {
  /** C(x_N) at the free state. */
  readonly cost: number;
  /** dC/d(parameter) with x_0 fixed and the end free. */
  readonly gradient: LayerGradient<N>;
  /** dC/dx_0. */
  readonly firstGradient: { readonly [K in N["layer"]]: StateArray };
  /** The free state. */
  readonly free: StationaryLayers<N>;
  /** The largest residual of the phases. */
  readonly residual: number;
}

/**
 * Equilibrium propagation on a layered action. The free phase is the stationary state with the first layer clamped; nudged
 * phases are those of Phi + nudge C(x_N) beside it. Stationary states may be saddles, as those of activators and inhibitors
 * are, so phases are solved for rather than relaxed: the free one by the given method, nudged ones as boundary value problems
 * that start from it. The contrast is local to each coupling,
 *
 *     dC/dtheta = sum over i of [dL_i/dtheta(+) - dL_i/dtheta(-)] / (2 nudge) + O(nudge^2),
 *     dC/dx_0 = -(P_0+ - P_0-) / (2 nudge),
 *
 * with the free state for - and half the divisor where one-sided (error O(nudge)).
 *
 * Source: Scellier and Bengio 2017; for skew-gradient systems Kendall 2026, arXiv 2605.21568.
 *
 * @throws InputError for data that do not fit the action, or a nudge that is not positive
 * @throws LayerError where a phase has no stationary state that could be found
 */
export function layerEquilibriumGradient<N extends LayerNames, T extends string = never>(
  action: LayeredAction<N>,
  cost: LayerCost<T>,
  options: LayerEquilibriumOptions<N, T>,
): LayerEquilibriumGradient<N> {
  const { nudge, nudging = "centred", target, ...data } = options;
  checkNudge("layerEquilibriumGradient, nudge", nudge);
  checkedNudging("layerEquilibriumGradient, nudging", nudging);
  const free = stationaryLayers(action, data);
  const guess = Object.fromEntries(
    action.layer.map(({ name }) => [name, free.states[name as N["layer"]].data]),
  ) as unknown as Values<N["layer"]>;
  const nudged = (strength: number): StationaryLayers<N> => {
    const end: LayerNudge<T> = target === undefined ? { cost, nudge: strength } : { cost, target, nudge: strength };
    return stationaryLayers(action, { ...data, guess, method: "boundary value", end });
  };
  const plus = nudged(nudge);
  const isCentred = nudging === "centred";
  const minus = isCentred ? nudged(-nudge) : free;
  const width = isCentred ? 2 * nudge : nudge;

  const erased = action as LayeredAction;
  const { layers } = data;
  const parameters = readLayerParameters(erased, layers, data.parameters as Values);
  const end = readLayerTarget(cost, target as Values | undefined);
  const programs = layerPrograms(erased, { layers, parameters, end, backend: data.backend });
  const contrast = new CouplingContrast(erased, programs);
  const first = readRows("first", action.layer, data.first);
  const rows = (phase: StationaryLayers<N>): Float64Array[] => [
    ...first,
    ...readRows("states", action.layer, flat(phase.states), layers),
  ];
  const sides = [
    [rows(plus), 1 / width],
    [rows(minus), -1 / width],
  ] as const;
  for (const [states, weight] of sides) {
    for (let i = 0; i < layers; i++) {
      programs.layer.set(states[i] as Float64Array);
      programs.next.set(states[i + 1] as Float64Array);
      contrast.add(i, weight);
    }
  }
  programs.layer.set(rows(free)[layers] as Float64Array);
  const initialMomentum = (phase: StationaryLayers<N>): Float64Array => {
    const blocks = action.layer.map(({ name, shape }) => ({ name: momentumName(name), shape }));
    return readRows("momenta", blocks, flat(phase.momenta), layers + 1)[0] as Float64Array;
  };
  const [above, below] = [initialMomentum(plus), initialMomentum(minus)];
  const slope = above.map((entry, k) => ((below[k] as number) - entry) / width);
  return {
    cost: programs.costs().value,
    gradient: contrast.gradient<N>(),
    firstGradient: rowsToBlocks([slope], action.layer, false) as LayerEquilibriumGradient<N>["firstGradient"],
    free,
    residual: Math.max(...[free, plus, minus].map(({ residual }) => residual)),
  };
}

/** Arrays as they may be given again. */
const flat = (arrays: Readonly<Record<string, StateArray>>): Record<string, Float64Array> =>
  Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, data]));
