export { type ExplicitRungeKuttaDefinition, explicitRungeKutta } from "./explicit-runge-kutta.js";
export { type ImplicitOptions, type ImplicitRungeKuttaDefinition, implicitRungeKutta } from "./implicit-runge-kutta.js";
export { LayerError } from "./layers/layer-error.js";
export {
  type LayerMethod,
  type LayerNudge,
  type StationaryLayers,
  type StationaryLayersOptions,
  stationaryLayers,
} from "./layers/stationary-layers.js";
export { type BlockCoordinateOptions, blockCoordinate } from "./solvers/block-coordinate.js";
export { fixedPoint } from "./solvers/fixed-point.js";
export { type GradientFlowOptions, gradientFlow } from "./solvers/gradient-flow.js";
export { type NewtonOptions, newton } from "./solvers/newton.js";
export {
  type FloquetMultiplier,
  type PeriodicOrbit,
  type PeriodicOrbitOptions,
  periodicOrbit,
} from "./solvers/periodic-orbit.js";
export type { RelaxationOptions } from "./solvers/relaxation.js";
export { type PathAction, type PathReport, type SoughtNodes, stationaryPath } from "./solvers/stationary-path.js";
export type { SettleReport, SolverPlan, StationarySolver } from "./solvers/stationary-solver.js";
export {
  prepareSpectralAbscissa,
  type SpectralAbscissa,
  type SpectralAbscissaAt,
  type SpectralAbscissaOptions,
  spectralAbscissa,
} from "./spectrum/spectral-abscissa.js";
export { type Instability, instabilityOf, requireStable, StabilityError } from "./spectrum/stability.js";
export {
  applyStage,
  composedLeapfrog,
  drift,
  kick,
  type SplittingDefinition,
  type SplittingStage,
  splittingMethod,
} from "./splitting.js";
export { splittingOrder } from "./splitting-order.js";
export { type BaoabOptions, baoab } from "./steppers/baoab.js";
export { type BorisOptions, boris } from "./steppers/boris.js";
export { type ConformalLeapfrogOptions, conformalLeapfrog } from "./steppers/conformal-leapfrog.js";
export { type EulerMaruyamaOptions, eulerMaruyama } from "./steppers/euler-maruyama.js";
export { type ExplicitEulerOptions, explicitEuler } from "./steppers/explicit-euler.js";
export { gaussLegendre4, gaussLegendre6 } from "./steppers/gauss-legendre.js";
export { implicitMidpoint } from "./steppers/implicit-midpoint.js";
export { iterate } from "./steppers/iterate.js";
export { type LeapfrogOptions, leapfrog } from "./steppers/leapfrog.js";
export { type McLachlanAtela4Options, mclachlanAtela4 } from "./steppers/mclachlan-atela-4.js";
export { type RungeKutta4Options, rungeKutta4 } from "./steppers/runge-kutta-4.js";
export { type Ruth3Options, ruth3 } from "./steppers/ruth-3.js";
export { type SplitStepOptions, splitStep } from "./steppers/split-step.js";
export { type SplittingOptions, splitting } from "./steppers/splitting.js";
export { type Suzuki4Options, suzuki4 } from "./steppers/suzuki-4.js";
export { type SymplecticEulerOptions, symplecticEuler } from "./steppers/symplectic-euler.js";
export { type TaoOptions, tao } from "./steppers/tao.js";
export { type ActionNode, type VariationalOptions, variational } from "./steppers/variational.js";
export { type YoshidaOptions, yoshida4, yoshida6, yoshida8 } from "./steppers/yoshida.js";
