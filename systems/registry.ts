import type { SystemFacts } from "../core/system.js";
import type { CatalogueSystem } from "./catalogue/catalogue-system.js";
import { chargedParticle } from "./catalogue/charged-particle.js";
import { continuousHopfieldNetwork } from "./catalogue/continuous-hopfield-network.js";
import { canonicalDoublePendulum, doublePendulum } from "./catalogue/double-pendulum.js";
import { doubleWell, overdampedDoubleWell } from "./catalogue/double-well.js";
import { duffing } from "./catalogue/duffing.js";
import { fitzhughNagumoRing } from "./catalogue/fitzhugh-nagumo.js";
import { fputChain } from "./catalogue/fput-chain.js";
import { harmonicOscillator } from "./catalogue/harmonic-oscillator.js";
import { henonHeiles } from "./catalogue/henon-heiles.js";
import { hopfieldNetwork } from "./catalogue/hopfield-network.js";
import { kepler } from "./catalogue/kepler.js";
import { lorenz } from "./catalogue/lorenz.js";
import { pendulum } from "./catalogue/pendulum.js";
import { resistorNetwork } from "./catalogue/resistor-network.js";
import { standardMap } from "./catalogue/standard-map.js";

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
  register("lorenz", lorenz),
  register("standardMap", standardMap),
];
