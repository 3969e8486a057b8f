import type { DynamicalSystem } from "../../core/system.js";
import { backendsAgreeOnStep } from "../properties/integrators/backends-agree.js";
import { stateStaysInBounds } from "../properties/integrators/bounds.js";
import { stationaryStatesStay } from "../properties/integrators/fixed-points.js";
import { preservesSymplecticForm } from "../properties/integrators/form-preserved.js";
import { termsGenerateStep } from "../properties/integrators/hamiltonian-terms.js";
import { noiseHasItsMoments } from "../properties/integrators/noise-statistics.js";
import { convergesWithItsOrder } from "../properties/integrators/order.js";
import { sameSeedSamePath } from "../properties/integrators/same-seed.js";
import { stepBackUndoesStep } from "../properties/integrators/symmetry.js";
import { oneTemperature } from "../properties/integrators/temperature.js";
import { runReturns } from "../properties/integrators/time-reversal.js";
import { preservesVolume } from "../properties/integrators/volume-preserved.js";
import { exactAtAnyNudge } from "../properties/rules/any-nudge.js";
import { backendsAgreeOnGradient } from "../properties/rules/backends-agree.js";
import { ruleMatchesBackpropagation } from "../properties/rules/backpropagation.js";
import { batchIsMeanOfSingles } from "../properties/rules/batch-is-mean.js";
import { conservativeLimit } from "../properties/rules/conservative-limit.js";
import { memoryIsConstant } from "../properties/rules/constant-memory.js";
import { descentLowersCost } from "../properties/rules/descent.js";
import { gradientIsFunction } from "../properties/rules/determinism.js";
import { echoReturns } from "../properties/rules/echo-returns.js";
import { ruleMatchesFiniteDifferences } from "../properties/rules/finite-differences.js";
import { ruleMatchesImplicitDifferentiation } from "../properties/rules/implicit-differentiation.js";
import { errorFallsWithNudge } from "../properties/rules/nudge-slope.js";
import { gradientIgnoresOrder } from "../properties/rules/relabelling.js";
import type { RuleSubject } from "../properties/rules/rule-subject.js";
import { backendsAgreeOnField } from "../properties/systems/backends-agree.js";
import { batchEqualsSingles } from "../properties/systems/batch-equals-singles.js";
import { fieldIsFunction } from "../properties/systems/determinism.js";
import { hamiltonianDivergenceFree } from "../properties/systems/divergence-free.js";
import { fieldInDoublePrecision } from "../properties/systems/double-precision.js";
import { eulerLagrange } from "../properties/systems/euler-lagrange.js";
import {
  fieldDecomposes,
  fieldDescendsEnergy,
  fieldFollowsHamiltonian,
  fieldFollowsPotential,
} from "../properties/systems/field-follows-scalar.js";
import { invariantsConserved } from "../properties/systems/invariants-conserved.js";
import { jacobianProductIsDerivative } from "../properties/systems/jacobian-product.js";
import {
  gradientJacobianSymmetric,
  hamiltonianJacobianSymplectic,
  skewGradientIdentity,
  twistHolds,
} from "../properties/systems/jacobian-symmetry.js";
import { jsonRoundTrip } from "../properties/systems/json-round-trip.js";
import { massesMatchMotion } from "../properties/systems/kinetic-energy.js";
import { inverseUndoesMap } from "../properties/systems/map-inverse.js";
import { orderOfBlocksImmaterial } from "../properties/systems/relabelling.js";
import { scalarGradientIsDerivative } from "../properties/systems/scalar-gradient.js";
import { separabilityHolds } from "../properties/systems/separability.js";
import { timeIndependent } from "../properties/systems/time-independence.js";
import { transposedProductIsDerivative } from "../properties/systems/transposed-product.js";
import type { VerificationProperty } from "./verification-property.js";
import type { IntegratedSystem } from "./verify-subject.js";

/** Every property of a system; the structure it declares selects those that apply. */
export const systemProperties: readonly VerificationProperty<DynamicalSystem>[] = [
  fieldDescendsEnergy,
  fieldFollowsHamiltonian,
  eulerLagrange,
  fieldFollowsPotential,
  fieldDecomposes,
  gradientJacobianSymmetric,
  hamiltonianJacobianSymplectic,
  skewGradientIdentity,
  twistHolds,
  hamiltonianDivergenceFree,
  invariantsConserved,
  separabilityHolds,
  massesMatchMotion,
  timeIndependent,
  inverseUndoesMap,
  jacobianProductIsDerivative,
  transposedProductIsDerivative,
  scalarGradientIsDerivative,
  fieldInDoublePrecision,
  fieldIsFunction,
  batchEqualsSingles,
  backendsAgreeOnField,
  jsonRoundTrip,
  orderOfBlocksImmaterial,
];

/** Every property of a system under an integrator. */
export const integratorProperties: readonly VerificationProperty<IntegratedSystem>[] = [
  convergesWithItsOrder,
  preservesSymplecticForm,
  preservesVolume,
  termsGenerateStep,
  stepBackUndoesStep,
  runReturns,
  stationaryStatesStay,
  stateStaysInBounds,
  oneTemperature,
  noiseHasItsMoments,
  sameSeedSamePath,
  backendsAgreeOnStep,
];

/** Every property of a task under a rule. */
export const ruleProperties: readonly VerificationProperty<RuleSubject>[] = [
  ruleMatchesFiniteDifferences,
  ruleMatchesImplicitDifferentiation,
  ruleMatchesBackpropagation,
  errorFallsWithNudge,
  exactAtAnyNudge,
  conservativeLimit,
  descentLowersCost,
  batchIsMeanOfSingles,
  gradientIsFunction,
  backendsAgreeOnGradient,
  gradientIgnoresOrder,
  echoReturns,
  memoryIsConstant,
];
