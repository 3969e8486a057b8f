import type { SystemFacts } from "../core/system.js";
import {
  asymmetricHopfieldNetwork,
  asymmetricLayeredHopfieldNetwork,
} from "./catalogue/asymmetric-hopfield-network.js";
import type { CatalogueSystem } from "./catalogue/catalogue-system.js";
import { chargedParticle } from "./catalogue/charged-particle.js";
import { continuousHopfieldNetwork } from "./catalogue/continuous-hopfield-network.js";
import { coupledChain } from "./catalogue/coupled-chain.js";
import { deepEnergyNetwork } from "./catalogue/deep-energy-network.js";
import { canonicalDoublePendulum, doublePendulum } from "./catalogue/double-pendulum.js";
import { doubleWell, overdampedDoubleWell } from "./catalogue/double-well.js";
import { duffing } from "./catalogue/duffing.js";
import { feedforwardNetwork } from "./catalogue/feedforward-network.js";
import { fitzhughNagumoGraph, fitzhughNagumoLattice, fitzhughNagumoRing } from "./catalogue/fitzhugh-nagumo.js";
import { fitzhughNagumoLayers } from "./catalogue/fitzhugh-nagumo-layers.js";
import { fputChain } from "./catalogue/fput-chain.js";
import { hamiltonianRecurrentUnit } from "./catalogue/hamiltonian-recurrent-unit.js";
import { harmonicOscillator } from "./catalogue/harmonic-oscillator.js";
import { hatanoNelsonChain } from "./catalogue/hatano-nelson-chain.js";
import { henonHeiles } from "./catalogue/henon-heiles.js";
import { hopfieldNetwork } from "./catalogue/hopfield-network.js";
import { kepler } from "./catalogue/kepler.js";
import { kerrLattice, kerrLatticeWithModes } from "./catalogue/kerr-lattice.js";
import { lorenz } from "./catalogue/lorenz.js";
import { nBody } from "./catalogue/n-body.js";
import {
  dampedLagrangianOscillatorNetwork,
  dampedOscillatorNetwork,
  lagrangianOscillatorNetwork,
  oscillatorNetwork,
} from "./catalogue/oscillator-network.js";
import { pendulum } from "./catalogue/pendulum.js";
import { predatorPrey, selfLimitedPredatorPrey } from "./catalogue/predator-prey.js";
import { rateNetwork } from "./catalogue/rate-network.js";
import { resistorNetwork } from "./catalogue/resistor-network.js";
import { rigidBody } from "./catalogue/rigid-body.js";
import { standardMap } from "./catalogue/standard-map.js";
import { todaLattice } from "./catalogue/toda-lattice.js";
import { twoPopulationKuramoto } from "./catalogue/two-population-kuramoto.js";

/** A ready-made system with what is known of it, whatever the graph shows. */
export interface RegisteredSystem {
  /** The constructor's name. */
  readonly name: string;
  make(): CatalogueSystem;
  readonly facts: SystemFacts;
  /** Whether Langevin methods know its masses. */
  readonly masses: boolean;
}

const register = (
  name: string,
  make: () => CatalogueSystem,
  known: Partial<SystemFacts> & { readonly masses?: boolean } = {},
): RegisteredSystem => {
  const { masses = false, ...facts } = known;
  return { name, make, masses, facts: { separable: false, gradient: false, timeDependent: false, ...facts } };
};

const MECHANICAL = { separable: true, masses: true };

/** Every ready-made system in a small size, for tests, tables of the documentation and the command line only. */
export const systems: readonly RegisteredSystem[] = [
  register("harmonicOscillator", harmonicOscillator, MECHANICAL),
  register("pendulum", pendulum, MECHANICAL),
  register("henonHeiles", henonHeiles, MECHANICAL),
  register("kepler", kepler, MECHANICAL),
  register("fputChain", () => fputChain({ sites: 6 }), MECHANICAL),
  register("fputChain, ring", () => fputChain({ sites: 6, ends: "ring" }), MECHANICAL),
  register("doubleWell", doubleWell, MECHANICAL),
  register("canonicalDoublePendulum", canonicalDoublePendulum),
  register("doublePendulum", doublePendulum),
  register("chargedParticle", chargedParticle),
  register("duffing", duffing, { timeDependent: true }),
  register("oscillatorNetwork", () => oscillatorNetwork({ oscillators: 4, inputs: 2 }), MECHANICAL),
  register("dampedOscillatorNetwork", () => dampedOscillatorNetwork({ oscillators: 3 }), { masses: true }),
  register("lagrangianOscillatorNetwork", () => lagrangianOscillatorNetwork({ oscillators: 3 }), { separable: true }),
  register("dampedLagrangianOscillatorNetwork", () => dampedLagrangianOscillatorNetwork({ oscillators: 3 })),
  register("coupledChain", () => coupledChain({ sites: 5, mode: 2 }), MECHANICAL),
  register("coupledChain, ring", () => coupledChain({ sites: 5, ends: "ring" }), MECHANICAL),
  register("coupledChain, quartic", () => coupledChain({ sites: 3, quartic: 1 }), MECHANICAL),
  register("todaLattice", () => todaLattice({ sites: 5 }), MECHANICAL),
  register("todaLattice, free", () => todaLattice({ sites: 5, ends: "free" }), MECHANICAL),
  register("nBody, figure eight", nBody, MECHANICAL),
  register("nBody, ring", () => nBody({ bodies: 4, orbit: "ring", softening: 0.1 }), MECHANICAL),
  register("nBody, collapse", () => nBody({ bodies: 3, dimensions: 3, orbit: "collapse" }), MECHANICAL),
  register("rigidBody", rigidBody),
  register("kerrLattice", () => kerrLattice({ rows: 2, columns: 3 })),
  register("kerrLattice, periodic", () => kerrLattice({ rows: 2, columns: 3, boundary: "periodic" })),
  register("kerrLatticeWithModes", () => kerrLatticeWithModes({ rows: 2, columns: 2, sites: [[0, 1]] })),
  register(
    "hamiltonianRecurrentUnit, linear",
    () => hamiltonianRecurrentUnit({ units: 4, inputs: 2, nonlinearity: "linear" }),
    MECHANICAL,
  ),
  register(
    "hamiltonianRecurrentUnit, log-cosh",
    () => hamiltonianRecurrentUnit({ units: 4, inputs: 2, nonlinearity: "log-cosh" }),
    MECHANICAL,
  ),
  register("overdampedDoubleWell", overdampedDoubleWell, { gradient: true }),
  register("continuousHopfieldNetwork", () => continuousHopfieldNetwork({ layers: [3, 4, 2] })),
  register("hopfieldNetwork, tanh", () => hopfieldNetwork({ layers: [3, 4, 2] }), { gradient: true }),
  register("hopfieldNetwork, sigmoid", () => hopfieldNetwork({ layers: [3, 4, 2], activation: "sigmoid" }), {
    gradient: true,
  }),
  register(
    "hopfieldNetwork, hard-sigmoid",
    () => hopfieldNetwork({ layers: [3, 4, 5, 2], activation: "hard-sigmoid" }),
    {
      gradient: true,
    },
  ),
  register("resistorNetwork", () => resistorNetwork({ nodes: 5 }), { gradient: true }),
  register("fitzhughNagumoRing", fitzhughNagumoRing),
  register("fitzhughNagumoGraph", () =>
    fitzhughNagumoGraph({
      nodes: 4,
      edges: [
        [0, 1],
        [0, 2],
        [0, 3],
        [2, 3],
      ],
    }),
  ),
  register("fitzhughNagumoLattice, periodic", () => fitzhughNagumoLattice({ rows: 3, columns: 4 })),
  register("fitzhughNagumoLattice, no-flux", () => fitzhughNagumoLattice({ rows: 3, columns: 2, boundary: "no-flux" })),
  register("fitzhughNagumoLayers", () => fitzhughNagumoLayers({ width: 2, layers: 3 })),
  register("deepEnergyNetwork", () => deepEnergyNetwork({ width: 2, layers: 3 }), { gradient: true }),
  register("asymmetricHopfieldNetwork", () => asymmetricHopfieldNetwork({ units: 5, inputs: 2 })),
  register("asymmetricLayeredHopfieldNetwork, tanh", () => asymmetricLayeredHopfieldNetwork({ layers: [3, 4, 5, 2] })),
  register("asymmetricLayeredHopfieldNetwork, hard-sigmoid", () =>
    asymmetricLayeredHopfieldNetwork({ layers: [3, 4, 2], activation: "hard-sigmoid" }),
  ),
  register("rateNetwork", () => rateNetwork({ units: 5, inputs: 2 })),
  register("rateNetwork, symmetric", () => rateNetwork({ units: 5, inputs: 2, weights: "symmetric" })),
  register("feedforwardNetwork", () => feedforwardNetwork({ layers: [3, 4, 5, 2] })),
  register("twoPopulationKuramoto", twoPopulationKuramoto),
  register("twoPopulationKuramoto, in phase", () => twoPopulationKuramoto({ spread: 0 })),
  register("twoPopulationKuramoto, distributed", () => twoPopulationKuramoto({ frequencies: "distributed" })),
  register("hatanoNelsonChain", hatanoNelsonChain),
  register("predatorPrey", predatorPrey),
  register("selfLimitedPredatorPrey", selfLimitedPredatorPrey),
  register("lorenz", lorenz),
  register("standardMap", standardMap),
];
