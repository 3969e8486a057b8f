/** Tasks, rules, optimisers and training. */

export * from "./optimisers/index.js";
export {
  classificationAccuracy,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  type Prediction,
  type PredictOptions,
  predict,
} from "./predict.js";
export { type GradientResult, type LearningRule, PhaseError, type PhaseReport, type TaskData } from "./rule.js";
export {
  type EquilibriumPropagationOptions,
  equilibriumPropagation,
} from "./rules/equilibrium-propagation.js";
export {
  type FiniteDifferenceResult,
  type FiniteDifferencesOptions,
  type FiniteDifferencesRule,
  finiteDifferences,
} from "./rules/finite-differences.js";
export { implicitDifferentiation } from "./rules/implicit-differentiation.js";
export { InconclusiveError } from "./rules/inconclusive.js";
export { type CostDeclaration, type LearningTask, learningTask, type TaskDeclaration } from "./task.js";
export * from "./training/index.js";
export { nudged } from "./transformations/nudged.js";
