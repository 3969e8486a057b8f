import { RandomStream } from "../../core/random.js";
import { hamiltonianSystem } from "../hamiltonian-system.js";
import { lagrangianSystem } from "../lagrangian-system.js";
import { catalogueSystem, checkSize } from "./catalogue-system.js";
import { normalWeights } from "./layers.js";

/** Options of the oscillator networks. */
export interface OscillatorNetworkOptions {
  /** Number of oscillators; 6 by default. */
  readonly oscillators?: number;
  /** Number of inputs; 1 by default. */
  readonly inputs?: number;
  /** Seed of the example's parameters and initial state; 0 by default. */
  readonly seed?: number;
}

const POTENTIAL = "dot(q, stiffness @ q)/2 + sum(quartic*q^4)/4 - dot(q, drive @ u)";
const HAMILTONIAN = `sum(p^2/mass)/2 + ${POTENTIAL}`;
const LAGRANGIAN = `sum(mass*q_dot^2)/2 - (${POTENTIAL})`;
/** Strongest spring between two of the example's oscillators, over their number. */
const SPRING = 0.6;

/** Blocks and example of a network; the momenta of the example are those of its velocities. */
function network(name: string, { oscillators = 6, inputs = 1, seed = 0 }: OscillatorNetworkOptions) {
  checkSize(`${name}, oscillators`, oscillators, 1);
  checkSize(`${name}, inputs`, inputs, 1);
  const random = new RandomStream(seed);
  const between = (low: number, high: number, count: number): Float64Array =>
    Float64Array.from({ length: count }, () => low + (high - low) * random.nextUniform());
  const mass = between(0.8, 1.4, oscillators);
  const stiffness = new Float64Array(oscillators ** 2);
  between(0.4, 1, oscillators).forEach((own, i) => {
    stiffness[i * oscillators + i] = own;
  });
  for (let i = 0; i < oscillators; i++) {
    for (let j = 0; j < i; j++) {
      const spring = (SPRING / oscillators) * random.nextUniform();
      for (const [a, b] of [
        [i, j],
        [j, i],
      ] as const) {
        stiffness[a * oscillators + b] = -spring;
        stiffness[a * oscillators + a] = (stiffness[a * oscillators + a] as number) + spring;
      }
    }
  }
  const parameters = { mass, stiffness, quartic: between(0.3, 0.7, oscillators) };
  const drive = normalWeights(random, oscillators, inputs, 1);
  const [q, q_dot] = [between(-1, 1, oscillators), between(-0.5, 0.5, oscillators)];
  return {
    shapes: {
      mass: { shape: [oscillators], default: 1 },
      stiffness: [oscillators, oscillators],
      quartic: [oscillators],
      drive: [oscillators, inputs],
    },
    input: { u: [inputs] },
    oscillators,
    example: {
      parameters: { ...parameters, drive },
      input: { u: new Float64Array(inputs).fill(0.5) },
    },
    q,
    q_dot,
    p: q_dot.map((velocity, i) => velocity * (mass[i] as number)),
  } as const;
}

/**
 * Oscillators with quartic springs to the ground and linear springs between any two, driven by an input u through a matrix:
 *
 * H = sum p^2 / (2 mass) + q' stiffness q / 2 + sum quartic q^4 / 4 - q' drive u.
 *
 * Of `stiffness` only the symmetric part acts. With `quartic` = 0 the network is linear. Masses are 1 by default, the other
 * parameters have no defaults. Those of the example depend on the seed: masses between 0.8 and 1.4, a positive definite stiffness
 * of springs to the ground and to each other, quartic terms between 0.3 and 0.7, a normal drive. Its input is 0.5.
 *
 * Source: Pourcel and Ernoult 2025 (learning by an echo).
 *
 * @throws InputError for sizes that are not positive whole numbers
 */
export function oscillatorNetwork(options: OscillatorNetworkOptions = {}) {
  const { shapes, input, oscillators, example, q, p } = network("oscillatorNetwork", options);
  const system = hamiltonianSystem({
    name: `network of ${oscillators} oscillators`,
    coordinates: { q: [oscillators] },
    momenta: { p: [oscillators] },
    parameters: shapes,
    input,
    hamiltonian: HAMILTONIAN,
  });
  return catalogueSystem(system, { ...example, initial: { q, p } });
}

/**
 * The network of {@link oscillatorNetwork} with damping in proportion to the momenta, dp/dt = -dH/dq - gamma p; gamma is 0.3 by
 * default.
 *
 * @throws InputError for sizes that are not positive whole numbers
 */
export function dampedOscillatorNetwork(options: OscillatorNetworkOptions = {}) {
  const { shapes, input, oscillators, example, q, p } = network("dampedOscillatorNetwork", options);
  const system = hamiltonianSystem({
    name: `damped network of ${oscillators} oscillators`,
    coordinates: { q: [oscillators] },
    momenta: { p: [oscillators] },
    parameters: { gamma: 0.3, ...shapes },
    input,
    hamiltonian: HAMILTONIAN,
    damping: "gamma",
  });
  return catalogueSystem(system, { ...example, initial: { q, p } });
}

/**
 * The network of {@link oscillatorNetwork} as a Lagrangian system of coordinates and velocities,
 * L = sum mass q_dot^2 / 2 - q' stiffness q / 2 - sum quartic q^4 / 4 + q' drive u.
 *
 * @throws InputError for sizes that are not positive whole numbers
 */
export function lagrangianOscillatorNetwork(options: OscillatorNetworkOptions = {}) {
  const { shapes, input, oscillators, example, q, q_dot } = network("lagrangianOscillatorNetwork", options);
  const system = lagrangianSystem({
    name: `Lagrangian network of ${oscillators} oscillators`,
    coordinates: { q: [oscillators] },
    parameters: shapes,
    input,
    lagrangian: LAGRANGIAN,
  });
  return catalogueSystem(system, { ...example, initial: { q, q_dot } });
}

/**
 * The network of {@link lagrangianOscillatorNetwork} with damping in proportion to the momenta,
 * mass q'' = dL/dq - gamma mass q_dot; gamma is 0.3 by default.
 *
 * @throws InputError for sizes that are not positive whole numbers
 */
export function dampedLagrangianOscillatorNetwork(options: OscillatorNetworkOptions = {}) {
  const { shapes, input, oscillators, example, q, q_dot } = network("dampedLagrangianOscillatorNetwork", options);
  const system = lagrangianSystem({
    name: `damped Lagrangian network of ${oscillators} oscillators`,
    coordinates: { q: [oscillators] },
    parameters: { gamma: 0.3, ...shapes },
    input,
    lagrangian: LAGRANGIAN,
    damping: "gamma",
  });
  return catalogueSystem(system, { ...example, initial: { q, q_dot } });
}
