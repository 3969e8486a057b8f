import type { DynamicalSystem } from "../../core/system.js";
import { backendsAgreeOnField } from "../properties/systems/backends-agree.js";
import { batchEqualsSingles } from "../properties/systems/batch-equals-singles.js";
import { fieldIsFunction } from "../properties/systems/determinism.js";
import { hamiltonianDivergenceFree } from "../properties/systems/divergence-free.js";
import { fieldInDoublePrecision } from "../properties/systems/double-precision.js";
import { eulerLagrange } from "../properties/systems/euler-lagrange.js";
import {
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

/** Every property of a system; the structure it declares selects those that apply. */
export const systemProperties: readonly VerificationProperty<DynamicalSystem>[] = [
  fieldDescendsEnergy,
  fieldFollowsHamiltonian,
  eulerLagrange,
  fieldFollowsPotential,
  gradientJacobianSymmetric,
  hamiltonianJacobianSymplectic,
  skewGradientIdentity,
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
