import { systemOfKind } from "../../core/describe.js";
import type { DynamicalSystem } from "../../core/system.js";

/** Refuses systems that do not come to rest by their own structure: rules of stationary states have nothing to learn from. */
export function refuseMovingStructures({ name, kind }: DynamicalSystem): string | undefined {
  const rests = kind === "energy" || kind === "skew-gradient" || kind === "force" || kind === "native";
  return rests
    ? undefined
    : `a system that comes to rest (energy, skew-gradient or force), and ${name} is ${systemOfKind(kind)}`;
}
