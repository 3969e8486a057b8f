export { type Drift, type EnergyDrift, energyDrift, type InvariantDrift, invariantDrift } from "./drift.js";
export { trace } from "./trace.js";
