import type { DynamicalSystem } from "../../core/system.js";
import { type SystemJson, systemFromJson, systemToJson } from "../../systems/json.js";

const GROUPS = ["state", "coordinates", "momenta", "activators", "inhibitors", "parameters", "input"];

/** The same system with the blocks of every group declared in the opposite order. */
export function relabelledSystem(system: DynamicalSystem): DynamicalSystem {
  const json = systemToJson(system);
  const turned = Object.entries(json).map(([key, value]: [string, SystemJson[keyof SystemJson]]) => {
    const reversed = GROUPS.includes(key) ? Object.fromEntries(Object.entries(value as object).reverse()) : value;
    return [key, reversed];
  });
  return systemFromJson(Object.fromEntries(turned));
}
