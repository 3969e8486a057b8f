import type { Expression } from "../core/expression/expression.js";
import { type CanonicalStep, canonicalSteps } from "../core/layers/canonical-steps.js";
import { type LayeredAction, type LayerNames, momentumName } from "../core/layers/layered-action.js";
import type { DynamicalSystem } from "../core/system.js";
import { mapSystem } from "./map-system.js";
import { parameterDeclaration } from "./parameter-declaration.js";

/** The block names of a layered action's {@link canonicalMap}. */
export interface CanonicalMapNames<N extends LayerNames> {
  readonly state: N["layer"] | `${N["layer"]}_momentum`;
  readonly parameters: N["shared"];
  readonly input: N["own"];
  readonly defaults: N extends { readonly defaults: infer D extends string } ? Extract<D, N["shared"]> : N["shared"];
}

/**
 * The recurrence along the depth of a layered action, as a system in discrete time: (x_i, P_i) to (x_(i+1), P_(i+1)) with
 *
 * P_i = -dL/dx(x_i, x_(i+1)),  P_(i+1) = +dL/dx_next(x_i, x_(i+1)).
 *
 * It is explicit and symplectic and declares its exact inverse. The momenta are NAME_momentum; the couplings' own parameters
 * are inputs, held: row i belongs to the coupling of the layers i and i + 1. An error of the initial momenta grows
 * exponentially with the depth, so a pass is only as good as its momenta: see `stationaryLayers`.
 */
export function canonicalMap<N extends LayerNames>(action: LayeredAction<N>): DynamicalSystem<CanonicalMapNames<N>> {
  const { forward, backward } = canonicalSteps(action as LayeredAction);
  const momenta = action.layer.map(({ name, shape }) => [momentumName(name), shape] as const);
  const sources = ({ layer, momenta: conjugate }: CanonicalStep): Record<string, () => Expression> =>
    Object.fromEntries([
      ...action.layer.map(({ name }, k) => [name, () => layer[k] as Expression] as const),
      ...momenta.map(([name], k) => [name, () => conjugate[k] as Expression] as const),
    ]);
  return mapSystem({
    name: `canonical map of ${action.name}`,
    state: Object.fromEntries([...action.layer.map(({ name, shape }) => [name, shape] as const), ...momenta]),
    parameters: Object.fromEntries(action.shared.map((block) => [block.name, parameterDeclaration(block)])),
    input: Object.fromEntries(action.own.map(({ name, shape }) => [name, shape])),
    next: sources(forward),
    inverse: sources(backward),
  }) as DynamicalSystem as DynamicalSystem<CanonicalMapNames<N>>;
}
