import { hamiltonianSystem } from "../hamiltonian-system.js";
import { catalogueSystem, checkOption } from "./catalogue-system.js";

/**
 * A mass on a spring: H = p^2 / (2 mass) + stiffness q^2 / 2.
 *
 * Exact: q(t) = q0 cos(w t) + p0 / (mass w) sin(w t) with w = sqrt(stiffness / mass), and p = mass dq/dt.
 *
 * @param options mass and stiffness (default 1 and 1), initial position and momentum of the example (1 and 0)
 * @throws InputError for a mass or stiffness that is not positive
 */
export function harmonicOscillator({ mass = 1, stiffness = 1, position = 1, momentum = 0 } = {}) {
  checkOption("harmonicOscillator, mass", mass, mass > 0, "a positive number");
  checkOption("harmonicOscillator, stiffness", stiffness, stiffness > 0, "a positive number");
  const frequency = Math.sqrt(stiffness / mass);
  const system = hamiltonianSystem({
    name: "harmonic oscillator",
    coordinates: { q: [] },
    momenta: { p: [] },
    parameters: { mass, stiffness },
    hamiltonian: "p^2 / (2*mass) + stiffness*q^2 / 2",
  });
  return catalogueSystem(system, {
    initial: { q: position, p: momentum },
    period: (2 * Math.PI) / frequency,
    exact: (time) => {
      const [cosine, sine] = [Math.cos(frequency * time), Math.sin(frequency * time)];
      return {
        q: position * cosine + (momentum / (mass * frequency)) * sine,
        p: momentum * cosine - position * mass * frequency * sine,
      };
    },
  });
}
