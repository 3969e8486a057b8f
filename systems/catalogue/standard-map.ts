import { mapSystem } from "../map-system.js";
import { catalogueSystem } from "./catalogue-system.js";

/**
 * Chirikov's standard map (the kicked rotor), symplectic and exactly invertible:
 * p' = p + kick sin q, q' = q + p'. Chaos is global above kick = 0.9716.
 */
export function standardMap() {
  const system = mapSystem({
    name: "standard map",
    state: { q: [], p: [] },
    parameters: { kick: 0.9 },
    next: { q: "q + p + kick*sin(q)", p: "p + kick*sin(q)" },
    inverse: { q: "q - p", p: "p - kick*sin(q - p)" },
  });
  return catalogueSystem(system, { initial: { q: 1, p: 0.5 } });
}
