import { forceSystem } from "../force-system.js";
import { catalogueSystem } from "./catalogue-system.js";

/** Lorenz's convection (1963): x' = sigma (y - x), y' = x (rho - z) - y, z' = x y - beta z. */
export function lorenz() {
  const system = forceSystem({
    name: "Lorenz",
    state: { x: [], y: [], z: [] },
    parameters: { sigma: 10, rho: 28, beta: 8 / 3 },
    force: { x: "sigma*(y - x)", y: "x*(rho - z) - y", z: "x*y - beta*z" },
  });
  return catalogueSystem(system, { initial: { x: 1, y: 1, z: 1 } });
}
