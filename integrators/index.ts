export { type ExplicitRungeKuttaDefinition, explicitRungeKutta } from "./explicit-runge-kutta.js";
export { type BlockCoordinateOptions, blockCoordinate } from "./solvers/block-coordinate.js";
export { fixedPoint } from "./solvers/fixed-point.js";
export { type GradientFlowOptions, gradientFlow } from "./solvers/gradient-flow.js";
export { type NewtonOptions, newton } from "./solvers/newton.js";
export type { RelaxationOptions } from "./solvers/relaxation.js";
export type { SettleReport, StationarySolver } from "./solvers/stationary-solver.js";
export {
  applyStage,
  drift,
  kick,
  type SplittingDefinition,
  type SplittingStage,
  splittingMethod,
} from "./splitting.js";
export { type BaoabOptions, baoab } from "./steppers/baoab.js";
export { type EulerMaruyamaOptions, eulerMaruyama } from "./steppers/euler-maruyama.js";
export { type ExplicitEulerOptions, explicitEuler } from "./steppers/explicit-euler.js";
export { iterate } from "./steppers/iterate.js";
export { type LeapfrogOptions, leapfrog } from "./steppers/leapfrog.js";
export { type RungeKutta4Options, rungeKutta4 } from "./steppers/runge-kutta-4.js";
export { type SymplecticEulerOptions, symplecticEuler } from "./steppers/symplectic-euler.js";
