export type { Activation } from "./activations.js";
export {
  type AsymmetricHopfieldNetworkOptions,
  type AsymmetricLayeredHopfieldNetworkOptions,
  type AsymmetricLayeredNames,
  asymmetricHopfieldNetwork,
  asymmetricLayeredHopfieldNetwork,
} from "./asymmetric-hopfield-network.js";
export type { CatalogueSystem } from "./catalogue-system.js";
export { chargedParticle } from "./charged-particle.js";
export {
  type ContinuousHopfieldNetworkOptions,
  continuousHopfieldNetwork,
  hopfieldRate,
} from "./continuous-hopfield-network.js";
export { type CoupledChainOptions, coupledChain } from "./coupled-chain.js";
export { type DeepEnergyNetworkOptions, deepEnergyNetwork } from "./deep-energy-network.js";
export { canonicalDoublePendulum, doublePendulum } from "./double-pendulum.js";
export { doubleWell, overdampedDoubleWell } from "./double-well.js";
export { duffing } from "./duffing.js";
export { type FeedforwardNetworkOptions, feedforwardNetwork } from "./feedforward-network.js";
export {
  type FitzhughNagumoGraphOptions,
  type FitzhughNagumoLatticeOptions,
  fitzhughNagumoGraph,
  fitzhughNagumoLattice,
  fitzhughNagumoRing,
} from "./fitzhugh-nagumo.js";
export { type FitzhughNagumoLayersOptions, fitzhughNagumoLayers } from "./fitzhugh-nagumo-layers.js";
export { type FputChainOptions, fputChain } from "./fput-chain.js";
export type { Edge } from "./graph-edges.js";
export {
  type HamiltonianRecurrentUnitOptions,
  hamiltonianRecurrentUnit,
  type LinearRecurrentNames,
  type NonlinearRecurrentNames,
} from "./hamiltonian-recurrent-unit.js";
export { harmonicOscillator } from "./harmonic-oscillator.js";
export { type HatanoNelsonChainOptions, hatanoNelsonChain } from "./hatano-nelson-chain.js";
export { henonHeiles } from "./henon-heiles.js";
export { type HopfieldNetworkOptions, hopfieldNetwork } from "./hopfield-network.js";
export { kepler } from "./kepler.js";
export {
  type KerrLatticeOptions,
  type KerrLatticeWithModesOptions,
  kerrLattice,
  kerrLatticeWithModes,
} from "./kerr-lattice.js";
export type { LayeredNames } from "./layers.js";
export { lorenz } from "./lorenz.js";
export { type NBodyOptions, nBody } from "./n-body.js";
export {
  dampedLagrangianOscillatorNetwork,
  dampedOscillatorNetwork,
  lagrangianOscillatorNetwork,
  type OscillatorNetworkOptions,
  oscillatorNetwork,
} from "./oscillator-network.js";
export { pendulum } from "./pendulum.js";
export { predatorPrey, selfLimitedPredatorPrey } from "./predator-prey.js";
export { type RateNetworkOptions, rateNetwork } from "./rate-network.js";
export { type ResistorNetworkOptions, resistorNetwork } from "./resistor-network.js";
export { type RigidBodyOptions, rigidBody } from "./rigid-body.js";
export { standardMap } from "./standard-map.js";
export { type TodaLatticeOptions, todaLattice } from "./toda-lattice.js";
export { type TwoPopulationKuramotoOptions, twoPopulationKuramoto } from "./two-population-kuramoto.js";
