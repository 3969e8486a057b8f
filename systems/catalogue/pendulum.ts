import { hamiltonianSystem } from "../hamiltonian-system.js";
import { catalogueSystem, checkOption } from "./catalogue-system.js";

/** The arithmetic-geometric mean. */
function arithmeticGeometricMean(a: number, b: number): number {
  for (let previous = Number.POSITIVE_INFINITY; Math.abs(a - b) < previous; ) {
    previous = Math.abs(a - b);
    [a, b] = [(a + b) / 2, Math.sqrt(a * b)];
  }
  return a;
}

/**
 * A rigid pendulum, q its angle from hanging down: H = p^2 / (2 mass arm^2) + mass gravity arm (1 - cos q).
 *
 * Exact: from rest at the amplitude A < pi the period is 2 pi sqrt(arm / gravity) / agm(1, cos(A / 2)).
 *
 * @param options.amplitude the angle the example starts from at rest, pi / 2 by default
 * @throws InputError for an amplitude outside [0, pi)
 */
export function pendulum({ amplitude = Math.PI / 2 } = {}) {
  const swings = amplitude >= 0 && amplitude < Math.PI;
  checkOption("pendulum, amplitude", amplitude, swings, "an angle from 0 to below pi");
  const system = hamiltonianSystem({
    name: "pendulum",
    coordinates: { q: { shape: [], unit: "rad" } },
    momenta: { p: [] },
    parameters: { mass: 1, arm: 1, gravity: 1 },
    hamiltonian: "p^2 / (2*mass*arm^2) + mass*gravity*arm*(1 - cos(q))",
  });
  return catalogueSystem(system, {
    initial: { q: amplitude, p: 0 },
    period: (2 * Math.PI) / arithmeticGeometricMean(1, Math.cos(amplitude / 2)),
  });
}
