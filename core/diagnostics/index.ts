export { type Drift, type EnergyDrift, energyDrift, type InvariantDrift, invariantDrift } from "./drift.js";
export { type ScalarFunction, type ScalarOptions, scalarAt, scalarFunction } from "./scalar-at.js";
export { trace } from "./trace.js";
