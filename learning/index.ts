/** Tasks, rules, optimisers and training. */

export { type ChooseRuleOptions, chooseRule, type RuleChoice } from "./choose-rule.js";
export type { Nudging } from "./estimators/contrast.js";
export { type ExplainedPhase, type Explanation, explain, type ParameterUpdate } from "./explain.js";
export type { ExplainedTerm, InitialUpdate, TrajectoryUpdate } from "./explain-trajectory.js";
export type { BoundaryName } from "./lagrangian/boundaries/boundary.js";
export type { DampingIntegral } from "./lagrangian/lagrangian-form.js";
export type { LagrangianGradientResult, LagrangianRule } from "./lagrangian/lagrangian-result.js";
export type { FixedMotion } from "./lagrangian/start-point.js";
export type { LayerGradient } from "./layers/coupling-contrast.js";
export { type EchoGradient, type EchoGradientOptions, echoGradient } from "./layers/hamiltonian-echo.js";
export {
  type LayerEquilibriumGradient,
  type LayerEquilibriumOptions,
  layerEquilibriumGradient,
} from "./layers/layer-equilibrium.js";
export type { UpdateReads } from "./locality.js";
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
export {
  type GradientResult,
  type LearningDynamics,
  type LearningRule,
  PhaseError,
  type PhaseReport,
  type RulePhase,
  type TaskData,
  type TermPlace,
  type TrajectoryPush,
  type TrajectoryTerm,
} from "./rule.js";
export {
  type AsymmetricEquilibriumPropagationOptions,
  asymmetricEquilibriumPropagation,
} from "./rules/asymmetric-equilibrium-propagation.js";
export {
  type BackpropagationThroughTimeOptions,
  backpropagationThroughTime,
} from "./rules/backpropagation-through-time.js";
export {
  type DyadicEquilibriumPropagationOptions,
  dyadicEquilibriumPropagation,
} from "./rules/dyadic-equilibrium-propagation.js";
export {
  type EchoBackpropagation,
  type EchoBackpropagationOptions,
  echoBackpropagation,
} from "./rules/echo-backpropagation.js";
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
export { type HamiltonianEchoOptions, hamiltonianEcho } from "./rules/hamiltonian-echo.js";
export { implicitDifferentiation } from "./rules/implicit-differentiation.js";
export { InconclusiveError } from "./rules/inconclusive.js";
export {
  type LagrangianEquilibriumPropagationOptions,
  lagrangianEquilibriumPropagation,
} from "./rules/lagrangian-equilibrium-propagation.js";
export type { NudgedPhasesOptions } from "./rules/nudged-phases.js";
export { type PhaseRuleDefinition, type PhaseRuleOptions, phaseRule } from "./rules/phase-rule.js";
export { type ReciprocityProbesOptions, reciprocityProbes } from "./rules/reciprocity-probes.js";
export { twistedEquilibriumPropagation } from "./rules/twisted-equilibrium-propagation.js";
export { vectorFieldRule } from "./rules/vector-field.js";
export type { StabilityOption } from "./stability-check.js";
export * from "./stacks/index.js";
export { type CostDeclaration, type LearningTask, learningTask, type TaskDeclaration } from "./task.js";
export * from "./training/index.js";
export { corrected } from "./transformations/corrected.js";
export { type DoubledOptions, doubled, doubledEnergy } from "./transformations/doubled.js";
export { echoed } from "./transformations/echoed.js";
export { nudged, nudgedForce } from "./transformations/nudged.js";
export { probed } from "./transformations/probed.js";
export { twisted, twistOf } from "./transformations/twisted.js";
