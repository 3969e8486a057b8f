import { energySystem } from "../energy-system.js";
import { hamiltonianSystem } from "../hamiltonian-system.js";
import { catalogueSystem } from "./catalogue-system.js";

/**
 * A particle in a double well, for Langevin dynamics with inertia: H = p^2 / (2 mass) + barrier (q^2 - 1)^2.
 *
 * The wells lie at q = -1 and 1, the barrier of height `barrier` between them at 0; the curvature in a well is 8 barrier.
 */
export function doubleWell() {
  const system = hamiltonianSystem({
    name: "double well",
    coordinates: { q: [] },
    momenta: { p: [] },
    parameters: { mass: 1, barrier: 1 },
    hamiltonian: "p^2 / (2*mass) + barrier*(q^2 - 1)^2",
  });
  return catalogueSystem(system, { initial: { q: -1, p: 0 } });
}

/** The {@link doubleWell} without inertia, for overdamped Langevin dynamics: E = barrier (q^2 - 1)^2, dq/dt = -dE/dq. */
export function overdampedDoubleWell() {
  const system = energySystem({
    name: "double well, overdamped",
    state: { q: [] },
    parameters: { barrier: 1 },
    energy: "barrier*(q^2 - 1)^2",
  });
  return catalogueSystem(system, { initial: { q: -0.5 } });
}
