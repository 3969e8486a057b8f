import { transposedJacobianProduct } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { multiply, negate, subtract } from "../../core/expression/functions.js";
import type { DynamicalSystem, StateBlock } from "../../core/system.js";
import { fieldOf } from "./system-measures.js";

/**
 * A field as its declared structure relates it to a scalar S: by state block the expression of the field that must equal
 * dS/dz. For energies -F (with rates s = rho(u) it is -(ds/du)' F); for Hamiltonians (-F_p - gamma p, F_q), without what damping adds; for skew-gradient systems
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
      const gamma = system.parameters.find(({ name }) => name === system.damping);
      return state.map((_block, k) => {
        if (k >= half) return field[k - half] as Expression;
        const reaction = negate(field[k + half] as Expression);
        return gamma === undefined
          ? reaction
          : subtract(reaction, multiply(gamma.symbol, (state[k + half] as StateBlock).symbol));
      });
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
