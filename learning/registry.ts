import type { Integrator } from "../core/integrator.js";
import type { StationarySolver } from "../integrators/solvers/stationary-solver.js";
import type { BoundaryName } from "./lagrangian/boundaries/boundary.js";
import type { LearningRule } from "./rule.js";
import { asymmetricEquilibriumPropagation } from "./rules/asymmetric-equilibrium-propagation.js";
import { backpropagationThroughTime } from "./rules/backpropagation-through-time.js";
import { dyadicEquilibriumPropagation } from "./rules/dyadic-equilibrium-propagation.js";
import { equilibriumPropagation } from "./rules/equilibrium-propagation.js";
import { finiteDifferences } from "./rules/finite-differences.js";
import { hamiltonianEcho } from "./rules/hamiltonian-echo.js";
import { implicitDifferentiation } from "./rules/implicit-differentiation.js";
import { lagrangianEquilibriumPropagation } from "./rules/lagrangian-equilibrium-propagation.js";
import { reciprocityProbes } from "./rules/reciprocity-probes.js";
import { twistedEquilibriumPropagation } from "./rules/twisted-equilibrium-propagation.js";
import { vectorFieldRule } from "./rules/vector-field.js";

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

/** What a gradient takes, for n entries of the state. */
export interface RuleCost {
  /** How often a state settles. */
  readonly relaxations: string;
  /** What a step takes besides the force. */
  readonly perStep: string;
  /** What is stored besides parameters and their gradient. */
  readonly memory: string;
}

/** What is known of every rule. */
export interface RuleFacts {
  /** What a user writes, without the solver. */
  readonly name: string;
  readonly choices: RuleChoices;
  readonly cost: RuleCost;
  readonly source: string;
  /**
   * "physical" rules learn by the system's dynamics; "reference" is the truth they are compared with; "baseline" is known to
   * be wrong on systems that are not reciprocal.
   */
  readonly role: "physical" | "reference" | "baseline";
  /** The order of the error in the nudge; 0 where the rule is exact up to rounding. */
  readonly order: 0 | 1 | 2;
}

/** A rule of stationary states with everything but the solver chosen. */
export interface RegisteredRule extends RuleFacts {
  /** @param nudge the strength of the nudge, where the rule has one; 1e-3 by default */
  make(settle: StationarySolver, nudge?: number): LearningRule;
}

/** A rule of trajectories with everything but the integrator chosen. */
export interface RegisteredTrajectoryRule extends RuleFacts {
  /** @param nudge the strength of the nudge, where the rule has one; 1e-4 by default */
  make(integrator: Integrator, nudge?: number): LearningRule;
}

const RELAXED_SCALAR = { phases: "relax", functional: "energy or potential" } as const;
const RELAXED_FORCE = { phases: "relax", functional: "force" } as const;
const CENTRED = { relaxations: "3", memory: "4 states" } as const;
const ONE_SIDED = { relaxations: "2", memory: "3 states" } as const;
const COST_SLOPE = "dC/dx";
const CORRECTION = "dC/dx, one product with J and one with J'";
const ASYMMETRIC = "Scurria et al. 2026 (AsymEP)";
const DYADIC = "Scurria et al. 2026 (Dyadic EP)";

/** Lagrangian equilibrium propagation under one boundary condition; it integrates the discrete action itself. */
export interface RegisteredActionRule extends RuleFacts {
  readonly boundary: BoundaryName;
  /** @param nudge the strength of the nudge; 1e-5 by default */
  make(step: number, nudge?: number): LearningRule;
}

/** Every learning rule of stationary states, for tests and documentation tables; the library itself never imports this list. */
export const rules: readonly RegisteredRule[] = [
  {
    name: "equilibriumPropagation",
    choices: { transformation: "nudged", ...RELAXED_SCALAR, estimator: "centred contrast" },
    cost: { ...CENTRED, perStep: COST_SLOPE },
    source: "Scellier & Bengio 2017; Laborieux et al. 2021; Kendall 2026",
    role: "physical",
    order: 2,
    make: (settle, nudge = 1e-3) => equilibriumPropagation({ nudge, settle }),
  },
  {
    name: 'equilibriumPropagation({ nudging: "one-sided" })',
    choices: { transformation: "nudged", ...RELAXED_SCALAR, estimator: "one-sided contrast" },
    cost: { ...ONE_SIDED, perStep: COST_SLOPE },
    source: "Scellier & Bengio 2017; Kendall 2026",
    role: "physical",
    order: 1,
    make: (settle, nudge = 1e-3) => equilibriumPropagation({ nudge, nudging: "one-sided", settle }),
  },
  {
    name: "twistedEquilibriumPropagation",
    choices: { transformation: "twisted", ...RELAXED_FORCE, estimator: "centred pairing" },
    cost: { ...CENTRED, perStep: COST_SLOPE },
    source: "Scellier & Bengio 2017 and Kendall 2026, in common form",
    role: "physical",
    order: 2,
    make: (settle, nudge = 1e-3) => twistedEquilibriumPropagation({ nudge, settle }),
  },
  {
    name: "asymmetricEquilibriumPropagation",
    choices: { transformation: "corrected", ...RELAXED_FORCE, estimator: "centred pairing" },
    cost: { ...CENTRED, perStep: CORRECTION },
    source: ASYMMETRIC,
    role: "physical",
    order: 2,
    make: (settle, nudge = 1e-3) => asymmetricEquilibriumPropagation({ nudge, settle }),
  },
  {
    name: 'asymmetricEquilibriumPropagation({ nudging: "one-sided" })',
    choices: { transformation: "corrected", ...RELAXED_FORCE, estimator: "one-sided pairing" },
    cost: { ...ONE_SIDED, perStep: CORRECTION },
    source: ASYMMETRIC,
    role: "physical",
    order: 1,
    make: (settle, nudge = 1e-3) => asymmetricEquilibriumPropagation({ nudge, nudging: "one-sided", settle }),
  },
  {
    name: 'asymmetricEquilibriumPropagation({ energyPart: "contrast" })',
    choices: {
      transformation: "corrected",
      phases: "relax",
      functional: "energy and force",
      estimator: "centred contrast and pairing",
    },
    cost: { ...CENTRED, perStep: CORRECTION },
    source: ASYMMETRIC,
    role: "physical",
    order: 2,
    make: (settle, nudge = 1e-3) => asymmetricEquilibriumPropagation({ nudge, energyPart: "contrast", settle }),
  },
  {
    name: "dyadicEquilibriumPropagation",
    choices: {
      transformation: "doubled, nudged at the midpoint",
      phases: "relax once",
      functional: "energy of the pair",
      estimator: "derivative at one state",
    },
    cost: { relaxations: "1", perStep: "dC/dx and one product with J'", memory: "2 states" },
    source: DYADIC,
    role: "physical",
    order: 0,
    make: (settle, nudge = 1e-3) => dyadicEquilibriumPropagation({ nudge, settle }),
  },
  {
    name: 'dyadicEquilibriumPropagation({ cost: "copies" })',
    choices: {
      transformation: "doubled, both copies nudged",
      phases: "relax once",
      functional: "energy of the pair",
      estimator: "derivative at one state",
    },
    cost: { relaxations: "1", perStep: "dC/dx twice and one product with J'", memory: "2 states" },
    source: DYADIC,
    role: "physical",
    order: 2,
    make: (settle, nudge = 1e-3) => dyadicEquilibriumPropagation({ nudge, cost: "copies", settle }),
  },
  {
    name: 'dyadicEquilibriumPropagation({ form: "split" })',
    choices: {
      transformation: "doubled and split, both copies nudged",
      phases: "relax once",
      functional: "energy of the pair",
      estimator: "derivative at one state",
    },
    cost: { relaxations: "1", perStep: "dC/dx and dU/dx twice, one product with J'", memory: "2 states" },
    source: "Scurria et al. 2026; Galley 2013",
    role: "physical",
    order: 2,
    make: (settle, nudge = 1e-3) => dyadicEquilibriumPropagation({ nudge, form: "split", settle }),
  },
  {
    name: "reciprocityProbes",
    choices: { transformation: "probed", ...RELAXED_FORCE, estimator: "centred pairing" },
    cost: { relaxations: "1 + 2n", perStep: "nothing", memory: "6 states" },
    source: "response theory; notes on Scurria et al. 2026",
    role: "physical",
    order: 2,
    make: (settle, nudge = 1e-3) => reciprocityProbes({ nudge, settle }),
  },
  {
    name: "vectorFieldRule",
    choices: { transformation: "nudged", ...RELAXED_FORCE, estimator: "centred pairing" },
    cost: { ...CENTRED, perStep: COST_SLOPE },
    source: "Scellier et al. 2018",
    role: "baseline",
    order: 2,
    make: (settle, nudge = 1e-3) => vectorFieldRule({ nudge, settle }),
  },
  {
    name: "implicitDifferentiation",
    choices: { transformation: "linearised", phases: "relax", functional: "force", estimator: "adjoint solve" },
    cost: { relaxations: "1", perStep: "nothing; a dense solve at the end", memory: "n^2" },
    source: "implicit function theorem; Almeida 1987, Pineda 1987",
    role: "reference",
    order: 0,
    make: (settle) => implicitDifferentiation({ settle }),
  },
  {
    name: "finiteDifferences",
    choices: { transformation: "none", phases: "relax", functional: "cost", estimator: "Richardson differences" },
    cost: { relaxations: "1 + 6 per parameter and input", perStep: "nothing", memory: "1 state" },
    source: "Richardson 1911",
    role: "reference",
    order: 0,
    make: (settle) => finiteDifferences({ settle }),
  },
];

const ECHO = {
  transformation: "echoed",
  phases: "integrate, integrate back",
  functional: "integrated Hamiltonian",
} as const;
const ECHO_STEP = "dC/ds at each state that carries cost";

/** Every learning rule of trajectories, for tests and documentation tables; the library itself never imports this list. */
export const trajectoryRules: readonly RegisteredTrajectoryRule[] = [
  {
    name: "hamiltonianEcho",
    choices: { ...ECHO, estimator: "centred contrast" },
    cost: { relaxations: "3 passes", perStep: ECHO_STEP, memory: "3 states, 4 with costs along the way" },
    source: "Lopez-Pastor & Marquardt 2023; Pourcel & Ernoult 2025",
    role: "physical",
    order: 2,
    make: (integrator, nudge = 1e-4) => hamiltonianEcho({ integrator, nudge }),
  },
  {
    name: 'hamiltonianEcho({ nudging: "one-sided" })',
    choices: { ...ECHO, estimator: "one-sided contrast" },
    cost: { relaxations: "3 passes", perStep: ECHO_STEP, memory: "3 states" },
    source: "Lopez-Pastor & Marquardt 2023; Pourcel & Ernoult 2025",
    role: "physical",
    order: 1,
    make: (integrator, nudge = 1e-4) => hamiltonianEcho({ integrator, nudge, nudging: "one-sided" }),
  },
  {
    name: "backpropagationThroughTime",
    choices: {
      transformation: "linearised",
      phases: "integrate",
      functional: "cost",
      estimator: "reverse differentiation",
    },
    cost: {
      relaxations: "2 passes",
      perStep: "one product with the step's Jacobian, transposed",
      memory: "one state per step",
    },
    source: "Werbos 1990",
    role: "reference",
    order: 0,
    make: (integrator) => backpropagationThroughTime({ integrator }),
  },
  {
    name: "finiteDifferences({ integrator })",
    choices: { transformation: "none", phases: "integrate", functional: "cost", estimator: "Richardson differences" },
    cost: { relaxations: "1 pass + 6 per entry", perStep: "nothing", memory: "1 state" },
    source: "Richardson 1911",
    role: "reference",
    order: 0,
    make: (integrator) => finiteDifferences({ integrator }),
  },
];

const BOUNDARY_SOLVE = {
  relaxations: "3 paths by Newton's method, each O(K n^3) per iteration of K steps",
  perStep: "dC/ds and the Hessian of L",
  memory: "K states and K blocks of n^2",
} as const;

const actionRule = (boundary: BoundaryName, phases: string, cost: RuleCost): RegisteredActionRule => ({
  name: `lagrangianEquilibriumPropagation({ boundary: "${boundary}" })`,
  choices: {
    transformation: boundary === "final value" ? "echoed, nudged" : "nudged",
    phases,
    functional: "action with its boundary terms",
    estimator: "centred contrast",
  },
  cost,
  source: "generalised Lagrangian equilibrium propagation 2025; Massar 2025",
  role: "physical",
  order: 2,
  boundary,
  make: (step, nudge = 1e-5) => lagrangianEquilibriumPropagation({ boundary, step, nudge }),
});

/** Every boundary condition of Lagrangian equilibrium propagation, for tests and documentation tables. */
export const actionRules: readonly RegisteredActionRule[] = [
  actionRule("final value", "integrate, integrate back", {
    relaxations: "3 passes",
    perStep: "dC/ds",
    memory: "3 states per step",
  }),
  actionRule("initial value", "integrate, with tangents", {
    relaxations: "3 passes and a tangent pass per parameter and initial value",
    perStep: "dC/ds",
    memory: "3 states per step, one tangent per parameter",
  }),
  actionRule("boundary values", "boundary solve", BOUNDARY_SOLVE),
  actionRule("free end", "boundary solve", BOUNDARY_SOLVE),
  actionRule("periodic", "boundary solve", BOUNDARY_SOLVE),
];
