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
  type AsymmetricEquilibriumPropagationOptions,
  asymmetricEquilibriumPropagation,
} from "./rules/asymmetric-equilibrium-propagation.js";
export {
  type DyadicEquilibriumPropagationOptions,
  dyadicEquilibriumPropagation,
} from "./rules/dyadic-equilibrium-propagation.js";
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
export type { NudgedPhasesOptions } from "./rules/nudged-phases.js";
export { type PhaseRuleDefinition, type PhaseRuleOptions, phaseRule, type RulePhase } from "./rules/phase-rule.js";
export { type ReciprocityProbesOptions, reciprocityProbes } from "./rules/reciprocity-probes.js";
export { twistedEquilibriumPropagation } from "./rules/twisted-equilibrium-propagation.js";
export { vectorFieldRule } from "./rules/vector-field.js";
export { type CostDeclaration, type LearningTask, learningTask, type TaskDeclaration } from "./task.js";
export * from "./training/index.js";
export { corrected } from "./transformations/corrected.js";
export { type DoubledOptions, doubled, doubledEnergy } from "./transformations/doubled.js";
export { nudged, nudgedForce } from "./transformations/nudged.js";
export { probed } from "./transformations/probed.js";
export { twisted, twistOf } from "./transformations/twisted.js";
