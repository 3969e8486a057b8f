import { hamiltonianSystem } from "../hamiltonian-system.js";
import { catalogueSystem, checkOption } from "./catalogue-system.js";
import { completeEllipticIntegral, jacobiElliptic } from "./elliptic-functions.js";

/**
 * A rigid pendulum, q its angle from hanging down: H = p^2 / (2 mass arm^2) + mass gravity arm (1 - cos q).
 *
 * Exact: from rest at the amplitude A < pi, sin(q / 2) = k sn(K - w t) with w = sqrt(gravity / arm) and Jacobi's elliptic sine of
 * modulus k = sin(A / 2); the period is 4 K / w.
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
  const modulus = Math.sin(amplitude / 2);
  const quarter = completeEllipticIntegral(modulus ** 2);
  return catalogueSystem(system, {
    initial: { q: amplitude, p: 0 },
    period: 4 * quarter,
    exact: (time) => {
      const { sn, cn } = jacobiElliptic(quarter - time, modulus ** 2);
      return { q: 2 * Math.asin(modulus * sn), p: -2 * modulus * cn };
    },
  });
}
