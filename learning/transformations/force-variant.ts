import type { Expression } from "../../core/expression/expression.js";
import { hasSameProducts } from "../../core/structure-proofs.js";
import type { DynamicalSystem } from "../../core/system.js";

/** What a transformation changes besides the field. */
export type VariantChanges = Pick<DynamicalSystem, "name"> &
  Partial<Pick<DynamicalSystem, "state" | "input" | "parameters">>;

/** A force system made of another system: its blocks with some changes, a field of its own, and none of the old structure. */
export function forceVariant(
  system: DynamicalSystem,
  changes: VariantChanges,
  field: readonly Expression[],
): DynamicalSystem {
  const { scalar, rates, timeConstants, decomposition, twist, ...rest } = { ...system, ...changes };
  const state = rest.state.map((block) => ({ ...block, role: "state" as const }));
  const symbols = state.map((block) => block.symbol);
  return {
    ...rest,
    kind: "force",
    state,
    field: new Map(state.map(({ name }, k) => [name, field[k] as Expression])),
    invariants: new Map(),
    facts: { ...rest.facts, gradient: hasSameProducts(field, symbols) },
  };
}
