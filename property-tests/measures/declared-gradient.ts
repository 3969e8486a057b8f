import { transposedJacobianProduct } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { multiply, negate } from "../../core/expression/functions.js";
import type { DynamicalSystem } from "../../core/system.js";
import { fieldOf } from "./system-measures.js";

/**
 * A field as its declared structure relates it to a scalar S: by state block the expression of the field that must equal
 * dS/dz. For energies -F (with rates s = rho(u) it is -(ds/du)' F); for Hamiltonians (-F_p, F_q); for skew-gradient systems
 * -tau F for activators and +tau F for inhibitors. `undefined` for systems without such a structure.
 */
export function declaredGradient(system: DynamicalSystem): Expression[] | undefined {
  const field = fieldOf(system);
  const { state } = system;
  switch (system.kind) {
    case "energy":
      return state.map(({ name, symbol }, k) => {
        const descent = negate(field[k] as Expression);
        const rate = system.rates?.get(name);
        return rate === undefined ? descent : (transposedJacobianProduct([rate], [descent], [symbol])[0] as Expression);
      });
    case "hamiltonian": {
      const half = state.length / 2;
      return state.map((_block, k) =>
        k < half ? negate(field[k + half] as Expression) : (field[k - half] as Expression),
      );
    }
    case "skew-gradient":
      return state.map(({ name, role }, k) => {
        const slope = role === "activator" ? negate(field[k] as Expression) : (field[k] as Expression);
        const constant = system.timeConstants?.get(name);
        return constant === undefined ? slope : multiply(constant, slope);
      });
    default:
      return system.facts.gradient ? field.map(negate) : undefined;
  }
}
