import { hamiltonianSystem } from "../hamiltonian-system.js";
import { lagrangianSystem } from "../lagrangian-system.js";
import { catalogueSystem } from "./catalogue-system.js";

const parameters = { mass1: 1, mass2: 1, arm1: 1, arm2: 1, gravity: 9.81 };

/**
 * Two rigid pendulums, one hanging on the other, with the angles a and b from hanging down:
 *
 * L = (mass1 + mass2) arm1^2 a_dot^2 / 2 + mass2 arm2^2 b_dot^2 / 2 + mass2 arm1 arm2 a_dot b_dot cos(a - b)
 *   + (mass1 + mass2) gravity arm1 cos a + mass2 gravity arm2 cos b.
 */
export function doublePendulum() {
  const system = lagrangianSystem({
    name: "double pendulum",
    coordinates: { a: { shape: [], unit: "rad" }, b: { shape: [], unit: "rad" } },
    parameters,
    lagrangian: `
      kinetic = (mass1 + mass2)*arm1^2*a_dot^2/2 + mass2*arm2^2*b_dot^2/2 + mass2*arm1*arm2*a_dot*b_dot*cos(a - b);
      potential = -(mass1 + mass2)*gravity*arm1*cos(a) - mass2*gravity*arm2*cos(b);
      kinetic - potential`,
  });
  return catalogueSystem(system, { initial: { a: 2, b: 2.5, a_dot: 0, b_dot: 0 } });
}

/**
 * The {@link doublePendulum} in canonical form: with the momenta p_a = dL/da_dot and p_b = dL/db_dot,
 *
 * H = (mass2 arm2^2 p_a^2 + (mass1 + mass2) arm1^2 p_b^2 - 2 mass2 arm1 arm2 p_a p_b cos(a - b))
 *     / (2 mass2 arm1^2 arm2^2 (mass1 + mass2 sin^2(a - b)))
 *   - (mass1 + mass2) gravity arm1 cos a - mass2 gravity arm2 cos b.
 */
export function canonicalDoublePendulum() {
  const system = hamiltonianSystem({
    name: "double pendulum, canonical",
    coordinates: { a: { shape: [], unit: "rad" }, b: { shape: [], unit: "rad" } },
    momenta: { p_a: [], p_b: [] },
    parameters,
    hamiltonian: `
      total = mass1 + mass2;
      moments = mass2*arm2^2*p_a^2 + total*arm1^2*p_b^2 - 2*mass2*arm1*arm2*p_a*p_b*cos(a - b);
      kinetic = moments / (2*mass2*arm1^2*arm2^2*(mass1 + mass2*sin(a - b)^2));
      potential = -total*gravity*arm1*cos(a) - mass2*gravity*arm2*cos(b);
      kinetic + potential`,
  });
  return catalogueSystem(system, { initial: { a: 2, b: 2.5, p_a: 0, p_b: 0 } });
}
