import { symbolName } from "../../core/expression/primitives/leaves.js";
import type { DynamicalSystem } from "../../core/system.js";

/** Parameters whose meaning needs them positive: time constants and damping. */
export function positiveParameters(system: DynamicalSystem): ReadonlySet<string> {
  const constants = [...(system.timeConstants?.values() ?? [])].map(symbolName);
  return new Set([...constants, system.damping].filter((name) => name !== undefined));
}
