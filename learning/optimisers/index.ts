export { type AdamOptions, adam } from "./adam.js";
export type {
  ByParameter,
  LearningRate,
  Optimiser,
  OptimiserState,
  ParameterArrays,
  ParameterGradients,
  Schedule,
} from "./optimiser.js";
export { type CosineScheduleOptions, cosineSchedule } from "./schedules.js";
export { type StochasticGradientDescentOptions, stochasticGradientDescent } from "./stochastic-gradient-descent.js";
