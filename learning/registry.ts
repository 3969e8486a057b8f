import type { StationarySolver } from "../integrators/solvers/stationary-solver.js";
import type { LearningRule } from "./rule.js";
import { equilibriumPropagation } from "./rules/equilibrium-propagation.js";
import { finiteDifferences } from "./rules/finite-differences.js";
import { implicitDifferentiation } from "./rules/implicit-differentiation.js";

/** The four choices a rule is made of. */
export interface RuleChoices {
  /** The system made from the system. */
  readonly transformation: string;
  /** How phases are produced. */
  readonly phases: string;
  /** What is differentiated with respect to the parameters. */
  readonly functional: string;
  readonly estimator: string;
}

/** A rule with everything but the solver chosen. */
export interface RegisteredRule {
  /** What a user writes, without the solver. */
  readonly name: string;
  readonly choices: RuleChoices;
  readonly source: string;
  /** Not a physical rule: the truth that rules are compared with. */
  readonly isReference: boolean;
  /** The order of the error in the nudge; 0 where the rule is exact up to rounding. */
  readonly order: 0 | 1 | 2;
  /** @param nudge the strength of the nudge, where the rule has one; 1e-3 by default */
  make(settle: StationarySolver, nudge?: number): LearningRule;
}

const RELAX = { phases: "relax", functional: "energy" } as const;

/** Every learning rule, for tests and documentation tables; the library itself never imports this list. */
export const rules: readonly RegisteredRule[] = [
  {
    name: "equilibriumPropagation",
    choices: { transformation: "nudged", ...RELAX, estimator: "centred contrast" },
    source: "Scellier & Bengio 2017; Laborieux et al. 2021",
    isReference: false,
    order: 2,
    make: (settle, nudge = 1e-3) => equilibriumPropagation({ nudge, settle }),
  },
  {
    name: 'equilibriumPropagation({ nudging: "one-sided" })',
    choices: { transformation: "nudged", ...RELAX, estimator: "one-sided contrast" },
    source: "Scellier & Bengio 2017",
    isReference: false,
    order: 1,
    make: (settle, nudge = 1e-3) => equilibriumPropagation({ nudge, nudging: "one-sided", settle }),
  },
  {
    name: "implicitDifferentiation",
    choices: { transformation: "linearised", phases: "relax", functional: "force", estimator: "adjoint solve" },
    source: "implicit function theorem; Almeida 1987, Pineda 1987",
    isReference: true,
    order: 0,
    make: (settle) => implicitDifferentiation({ settle }),
  },
  {
    name: "finiteDifferences",
    choices: { transformation: "none", phases: "relax", functional: "cost", estimator: "Richardson differences" },
    source: "Richardson 1911",
    isReference: true,
    order: 0,
    make: (settle) => finiteDifferences({ settle }),
  },
];
