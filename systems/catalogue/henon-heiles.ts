import { hamiltonianSystem } from "../hamiltonian-system.js";
import { catalogueSystem } from "./catalogue-system.js";

/**
 * A star in the potential of a galaxy, chaotic at energies near the escape energy 1/6 (Henon and Heiles 1964):
 * H = (p_x^2 + p_y^2 + x^2 + y^2) / 2 + coupling (x^2 y - y^3 / 3).
 */
export function henonHeiles() {
  const system = hamiltonianSystem({
    name: "Henon-Heiles",
    coordinates: { q: [2] },
    momenta: { p: [2] },
    parameters: { coupling: 1 },
    hamiltonian: "x = q[0]; y = q[1]; sum(p^2)/2 + sum(q^2)/2 + coupling*(x^2*y - y^3/3)",
  });
  return catalogueSystem(system, { initial: { q: [0.2, 0.2], p: [0.3, 0.3] } });
}
