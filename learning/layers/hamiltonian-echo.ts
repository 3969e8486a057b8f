import type { Backend } from "../../core/compile/program.js";
import { type LayerCost, readLayerTarget } from "../../core/layers/layer-cost.js";
import {
  checkLayers,
  type LayerParameterValues,
  readLayerParameters,
  readRows,
  rowsToBlocks,
} from "../../core/layers/layer-values.js";
import { type LayeredAction, type LayerNames, momentumName } from "../../core/layers/layered-action.js";
import type { StateArray, Values } from "../../core/system.js";
import { LayerError } from "../../integrators/layers/layer-error.js";
import { type LayerPrograms, layerPrograms } from "../../integrators/layers/layer-programs.js";
import type { Nudging } from "../estimators/contrast.js";
import { checkedNudging, checkNudge } from "../rules/check-nudging.js";
import { CouplingContrast, type LayerGradient } from "./coupling-contrast.js";

/** Blocks of a layer and their momenta. */
type PhaseSpace<N extends LayerNames> = N["layer"] | `${N["layer"]}_momentum`;

/** What {@link echoGradient} takes besides the action and the cost. */
export interface EchoGradientOptions<N extends LayerNames, T extends string = string> {
  /** The number N of couplings. */
  readonly layers: number;
  /** x_0 and P_0, the momenta as NAME_momentum. */
  readonly initial: Values<PhaseSpace<N>>;
  readonly parameters: LayerParameterValues<N>;
  readonly target?: Values<T>;
  /** The strength of the kick; errors grow along the depth, so it has to be small (1e-5 at six layers). */
  readonly nudge: number;
  /** "centred" compares kicks of both signs (error of second order), "one-sided" one echo with the forward pass (first). @defaultValue "centred" */
  readonly nudging?: Nudging;
  /** @defaultValue generated JavaScript, or the interpreter where code generation is forbidden */
  readonly backend?: Backend;
}

/** What {@link echoGradient} returns. */
export interface EchoGradient<N extends LayerNames = LayerNames> {
  /** C(x_N) */
  readonly cost: number;
  /** dC/d(parameter) with x_0 and P_0 fixed. */
  readonly gradient: LayerGradient<N>;
  /** dC/dx_0 and dC/dP_0. */
  readonly initialGradient: { readonly [K in PhaseSpace<N>]: StateArray };
  /** x_N and P_N before the kick. */
  readonly final: { readonly [K in PhaseSpace<N>]: StateArray };
}

/** A point of phase space. */
interface Point {
  readonly layer: Float64Array;
  readonly momentum: Float64Array;
}

/**
 * Hamiltonian echo backpropagation along the depth, in its initial-value form: x_0 and P_0 are fixed, the canonical map runs
 * to the last layer, the cost kicks P_N by -nudge dC/dx_N, and the inverse map runs back. The echo differs from the forward
 * pass by the gradient,
 *
 *     dC/dtheta = sum over i of [dL_i/dtheta(echo +) - dL_i/dtheta(echo -)] / (2 nudge) + O(nudge^2)     (centred)
 *     dC/dtheta = sum over i of [dL_i/dtheta(echo) - dL_i/dtheta(forward)] / nudge + O(nudge)            (one-sided)
 *     dC/dx_0 = -(P_0+ - P_0-) / (2 nudge),  dC/dP_0 = (x_0+ - x_0-) / (2 nudge),
 *
 * where - stands for the forward pass if one-sided, and nudge for 2 nudge. The map and its inverse are recomputed layer by layer:
 * of the states only one layer is kept, whatever the depth.
 *
 * Source: Lopez-Pastor and Marquardt 2023 (the echo); Kendall 2026, arXiv 2605.21568 (along the depth of a network).
 *
 * @throws InputError for data that do not fit the action, or a nudge that is not positive
 * @throws LayerError where a pass leaves the finite numbers
 */
export function echoGradient<N extends LayerNames, T extends string = never>(
  action: LayeredAction<N>,
  cost: LayerCost<T>,
  options: EchoGradientOptions<N, T>,
): EchoGradient<N> {
  const { layers, nudge, nudging = "centred" } = options;
  checkLayers("echoGradient, layers", layers);
  checkNudge("echoGradient, nudge", nudge);
  checkedNudging("echoGradient, nudging", nudging);
  const erased = action as LayeredAction;
  const parameters = readLayerParameters(erased, layers, options.parameters as Values);
  const end = readLayerTarget(cost, options.target as Values | undefined);
  const momenta = action.layer.map(({ name, shape }) => ({ name: momentumName(name), shape }));
  const blocks = [...action.layer, ...momenta];
  const start = readRows("initial", blocks, options.initial)[0] as Float64Array;
  const programs = layerPrograms(erased, { layers, parameters, end, backend: options.backend });
  const contrast = new CouplingContrast(erased, programs);
  const { size } = programs;
  const initial: Point = { layer: start.slice(0, size), momentum: start.slice(size) };

  const here = (): Point => ({ layer: programs.layer.slice(), momentum: programs.momentum.slice() });
  const move = ({ layer, momentum }: Point): void => {
    programs.layer.set(layer);
    programs.momentum.set(momentum);
  };
  const pass = (direction: "forward" | "back", weight: number): void => {
    for (let k = 0; k < layers; k++) {
      const index = direction === "forward" ? k : layers - 1 - k;
      const before = programs.layer.slice();
      if (direction === "forward") programs.advance(index);
      else programs.retreat(index);
      if (direction === "forward") checkFinite(programs, "forward pass", index + 1);
      else checkFinite(programs, "echo", index);
      if (weight === 0) continue;
      const after = programs.layer.slice();
      programs.layer.set(direction === "forward" ? before : after);
      programs.next.set(direction === "forward" ? after : before);
      contrast.add(index, weight);
      programs.layer.set(after);
    }
  };

  const isCentred = nudging === "centred";
  const width = isCentred ? 2 * nudge : nudge;
  move(initial);
  pass("forward", isCentred ? 0 : -1 / width);
  const final = here();
  const { value, slope } = programs.costs();
  const pull = slope.slice();
  const echo = (strength: number): Point => {
    move({ ...final, momentum: final.momentum.map((entry, k) => entry - strength * (pull[k] as number)) });
    pass("back", Math.sign(strength) / width);
    return here();
  };
  const plus = echo(nudge);
  const minus = isCentred ? echo(-nudge) : initial;
  const towards = plus.momentum.map((entry, k) => ((minus.momentum[k] as number) - entry) / width);
  const along = plus.layer.map((entry, k) => (entry - (minus.layer[k] as number)) / width);
  const arrays = (layer: Float64Array, momentum: Float64Array): unknown =>
    rowsToBlocks([Float64Array.of(...layer, ...momentum)], blocks, false);
  return {
    cost: value,
    gradient: contrast.gradient<N>(),
    initialGradient: arrays(towards, along) as EchoGradient<N>["initialGradient"],
    final: arrays(final.layer, final.momentum) as EchoGradient<N>["final"],
  };
}

function checkFinite({ layer, momentum }: LayerPrograms, pass: string, index: number): void {
  if (layer.every(Number.isFinite) && momentum.every(Number.isFinite)) return;
  throw new LayerError(
    `The ${pass} left the finite numbers at layer ${index}`,
    index,
    "take a smaller nudge, other initial momenta or fewer layers, or layerEquilibriumGradient, which does not run the recurrence",
  );
}
