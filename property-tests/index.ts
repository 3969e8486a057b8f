export { arbitraryArray } from "./arbitraries/arrays.js";
export { arbitraryEnergyTask, type EnergyTaskOptions, type TaskCase } from "./arbitraries/energy-task.js";
export { arbitraryForceTask, type ForceTaskOptions } from "./arbitraries/force-task.js";
export { arbitrarySkewGradientTask, type SkewGradientTaskOptions } from "./arbitraries/skew-gradient-task.js";
export { arbitrarySmoothFormula } from "./arbitraries/smooth-formula.js";
export { arbitrarySystem } from "./arbitraries/system.js";
export { arbitrarySystemPoint } from "./arbitraries/system-point.js";
export { arbitraryTaskData, type Range, type TaskDataOptions } from "./arbitraries/task-data.js";
export {
  arbitraryTrajectoryTask,
  type TrajectoryCase,
  type TrajectoryTaskOptions,
} from "./arbitraries/trajectory-task.js";
export { carefulSolver } from "./measures/careful-solver.js";
export { type Conditioning, measureConditioning } from "./measures/conditioning.js";
export { type Exactness, type ExactnessOptions, measureExactness } from "./measures/exactness.js";
export { type Motion, measureMotion } from "./measures/motion.js";
export { relativeError } from "./measures/relative-error.js";
export {
  type GradientMatchOptions,
  gradientMatchesFiniteDifferences,
} from "./properties/gradient-matches-finite-differences.js";
export type { RuleSubject } from "./properties/rules/rule-subject.js";
export { type Mutation, type MutationKind, mutationsOf } from "./verification/mutations.js";
export {
  type MutationOptions,
  type MutationReport,
  printMutationReport,
  type UnkilledMutation,
  verifyMutations,
} from "./verification/mutations-score.js";
export {
  countOutcomes,
  type ErrorCurve,
  type Outcome,
  type PropertyResult,
  reportToJson,
  type VerificationReport,
} from "./verification/report.js";
export { printReport, summariseReport } from "./verification/report-print.js";
export {
  type PropertyOptions,
  PropertyViolation,
  type VerificationProperty,
} from "./verification/verification-property.js";
export {
  type KnownRule,
  usualIntegrators,
  usualRule,
  type VerificationProgress,
  type VerifyOptions,
  verify,
} from "./verification/verify.js";
export {
  type IntegratedSystem,
  isSystem,
  isTask,
  type PropertyLists,
  type RuledTask,
} from "./verification/verify-subject.js";
