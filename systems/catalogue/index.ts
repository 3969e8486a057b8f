export type { CatalogueSystem } from "./catalogue-system.js";
export { chargedParticle } from "./charged-particle.js";
export {
  type ContinuousHopfieldNetworkOptions,
  continuousHopfieldNetwork,
  hopfieldRate,
} from "./continuous-hopfield-network.js";
export { canonicalDoublePendulum, doublePendulum } from "./double-pendulum.js";
export { doubleWell, overdampedDoubleWell } from "./double-well.js";
export { duffing } from "./duffing.js";
export { fitzhughNagumoRing } from "./fitzhugh-nagumo.js";
export { type FputChainOptions, fputChain } from "./fput-chain.js";
export { harmonicOscillator } from "./harmonic-oscillator.js";
export { henonHeiles } from "./henon-heiles.js";
export { type HopfieldNames, type HopfieldNetworkOptions, hopfieldNetwork } from "./hopfield-network.js";
export { kepler } from "./kepler.js";
export { lorenz } from "./lorenz.js";
export { pendulum } from "./pendulum.js";
export { type ResistorNetworkOptions, resistorNetwork } from "./resistor-network.js";
export { standardMap } from "./standard-map.js";
