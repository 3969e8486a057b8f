import { sizeOf } from "../../core/expression/expression.js";
import type { LayeredAction, LayerNames } from "../../core/layers/layered-action.js";
import type { StateArray } from "../../core/system.js";
import type { LayerPrograms } from "../../integrators/layers/layer-programs.js";

/** Gradients of a layered action's parameters: [N, ...shape] for the couplings' own, [...shape] for shared ones. */
export type LayerGradient<N extends LayerNames> = { readonly [K in N["own"] | N["shared"]]: StateArray };

/**
 * The local contrast of layered learning: sums weight * dL_i/d(parameter) over couplings and passes. Equilibrium propagation
 * and the Hamiltonian echo use the same one; only the boundary conditions of their passes differ.
 */
export class CouplingContrast {
  private readonly own: readonly Float64Array[];
  private readonly shared: readonly Float64Array[];

  constructor(
    private readonly action: LayeredAction,
    private readonly programs: LayerPrograms,
  ) {
    this.own = action.own.map(({ shape }) => new Float64Array(programs.layers * sizeOf(shape)));
    this.shared = action.shared.map(({ shape }) => new Float64Array(sizeOf(shape)));
  }

  /** Adds the coupling `index` between the programs' layer and next. */
  add(index: number, weight: number): void {
    const slopes = this.programs.slopes(index);
    slopes.forEach((slope, k) => {
      const own = this.own[k];
      const into = own ?? (this.shared[k - this.own.length] as Float64Array);
      const first = own === undefined ? 0 : index * slope.length;
      for (let entry = 0; entry < slope.length; entry++) {
        into[first + entry] = (into[first + entry] as number) + weight * (slope[entry] as number);
      }
    });
  }

  /** The sums so far, by parameter. */
  gradient<N extends LayerNames>(): LayerGradient<N> {
    const { own, shared } = this.action;
    const layers = this.programs.layers;
    return Object.fromEntries([
      ...own.map(({ name, shape }, k) => [name, { data: this.own[k], shape: [layers, ...shape] }]),
      ...shared.map(({ name, shape }, k) => [name, { data: this.shared[k], shape }]),
    ]) as LayerGradient<N>;
  }
}
