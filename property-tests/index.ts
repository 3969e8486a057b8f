export { arbitraryArray } from "./arbitraries/arrays.js";
export { arbitraryEnergyTask, type EnergyTaskOptions, type TaskCase } from "./arbitraries/energy-task.js";
export { arbitraryTaskData, type Range, type TaskDataOptions } from "./arbitraries/task-data.js";
export { carefulSolver } from "./measures/careful-solver.js";
export { type Conditioning, measureConditioning } from "./measures/conditioning.js";
export { type Exactness, type ExactnessOptions, measureExactness } from "./measures/exactness.js";
export { relativeError } from "./measures/relative-error.js";
export {
  type GradientMatchOptions,
  gradientMatchesFiniteDifferences,
} from "./properties/gradient-matches-finite-differences.js";
