import { __version as fastCheckVersion } from "fast-check";
import { describeGiven } from "../../core/block-declarations.js";
import { InputError } from "../../core/errors.js";
import type { Integrator } from "../../core/integrator.js";
import type { BlockNames, DynamicalSystem, NumericValue } from "../../core/system.js";
import {
  baoab,
  eulerMaruyama,
  explicitEuler,
  iterate,
  leapfrog,
  rungeKutta4,
  symplecticEuler,
} from "../../integrators/index.js";
import type { LearningRule } from "../../learning/rule.js";
import { asymmetricEquilibriumPropagation } from "../../learning/rules/asymmetric-equilibrium-propagation.js";
import { equilibriumPropagation } from "../../learning/rules/equilibrium-propagation.js";
import type { LearningTask } from "../../learning/task.js";
import { carefulSolver } from "../measures/careful-solver.js";
import type { RuleSubject } from "../properties/rules/rule-subject.js";
import { integratorProperties, ruleProperties, systemProperties } from "./properties-registry.js";
import type { ErrorCurve, PropertyResult, VerificationReport } from "./report.js";
import { usualTrajectoryRule } from "./usual-trajectory-rule.js";
import type { VerificationProperty } from "./verification-property.js";
import { nudgeCurve, stepCurve } from "./verify-curves.js";
import { tryProperty } from "./verify-property.js";
import { isSystem, isTask, type PropertyLists, withParameters } from "./verify-subject.js";
import { EQPROP_VERSION } from "./version.js";

/** How far a verification is. */
export interface VerificationProgress {
  /** Properties tried so far, and how many there are. */
  readonly done: number;
  readonly total: number;
  /** What is tried next. */
  readonly subject: string;
  readonly property: string;
}

/** A rule, and what else is known of it: the same rule at other nudges and on other backends, and its order. */
export type KnownRule = Omit<RuleSubject, "task">;

/** Options of {@link verify}. */
export interface VerifyOptions {
  /** The rule whose gradient a task is checked with. @defaultValue {@link usualRule} */
  readonly rule?: LearningRule;
  /** Several rules instead of one, with what else is known of them, which lets more properties apply. */
  readonly rules?: readonly KnownRule[];
  /** The integrators a system is checked under; those that refuse it are passed over. @defaultValue {@link usualIntegrators} */
  readonly integrators?: readonly Integrator[];
  /** Cases per property. @defaultValue 100 */
  readonly runs?: number;
  /** @defaultValue 0 */
  readonly seed?: number;
  /** Parameter values about which random ones are drawn (within 20 %), by name. @defaultValue those of the system */
  readonly parameters?: Readonly<Record<string, NumericValue>>;
  /** Ends the verification between two properties, with the signal's reason as error. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: VerificationProgress) => void;
  /** What is checked. @defaultValue every property of the project */
  readonly properties?: Partial<PropertyLists>;
}

/** One property with its subject, ready to be tried. */
export interface Trial {
  readonly subject: string;
  readonly property: string;
  readonly statement: string;
  /** Why it does not apply. */
  readonly inapplicable: string | undefined;
  run(options: { readonly runs: number; readonly seed: number; readonly unshrunk?: boolean }): Promise<PropertyResult>;
}

/** One integrator of each kind, with a step that suits systems whose rates are of order one. */
export const usualIntegrators = (step = 0.01): readonly Integrator[] => [
  leapfrog({ step }),
  symplecticEuler({ step }),
  rungeKutta4({ step }),
  explicitEuler({ step }),
  baoab({ step, temperature: 1, friction: 1 }),
  eulerMaruyama({ step, temperature: 1 }),
  iterate(),
];

/** Small enough that the bias of a centred rule, of second order, stays below what the properties allow. */
const USUAL_NUDGE = 1e-3;

/**
 * The rule a task is checked with where none is chosen: centred equilibrium propagation, or for a task that it refuses centred
 * asymmetric equilibrium propagation, with phases settled to 1e-12. For a task with a horizon see {@link usualTrajectoryRule}.
 */
export function usualRule(task?: LearningTask): KnownRule {
  if (task?.horizon !== undefined) return usualTrajectoryRule(task);
  const settle = carefulSolver();
  const plain = equilibriumPropagation({ nudge: USUAL_NUDGE, settle });
  const general = asymmetricEquilibriumPropagation({ nudge: USUAL_NUDGE, settle });
  const fits = task === undefined || plain.refusal(task) === undefined || general.refusal(task) !== undefined;
  const make = fits ? equilibriumPropagation : asymmetricEquilibriumPropagation;
  return {
    rule: fits ? plain : general,
    order: 2,
    atNudge: (nudge) => make({ nudge, settle }),
    onBackend: (backend) => make({ nudge: USUAL_NUDGE, settle, backend }),
  };
}

const trials = <Subject>(
  label: string,
  subject: Subject,
  properties: readonly VerificationProperty<Subject>[],
): Trial[] =>
  properties.map((property) => ({
    subject: label,
    property: property.name,
    statement: property.statement,
    inapplicable: property.inapplicable(subject),
    run: (options) => tryProperty(label, subject, property, options),
  }));

/** What a subject is tried with. */
export interface Plan {
  readonly name: string;
  readonly kind: "system" | "task";
  readonly trials: readonly Trial[];
  readonly curves: readonly (() => ErrorCurve | undefined)[];
}

function planSystem(system: DynamicalSystem, lists: PropertyLists, seed: number, options: VerifyOptions): Plan {
  const fitting = (options.integrators ?? usualIntegrators()).filter((method) => method.refusal(system) === undefined);
  const label = (integrator: Integrator): string => `${system.name} under ${integrator.name}`;
  return {
    name: system.name,
    kind: "system",
    trials: [
      ...trials(system.name, system, lists.system),
      ...fitting.flatMap((integrator) => trials(label(integrator), { system, integrator }, lists.integrator)),
    ],
    curves: fitting.map((integrator) => () => stepCurve(label(integrator), system, integrator, seed)),
  };
}

function planTask(task: LearningTask, lists: PropertyLists, seed: number, options: VerifyOptions): Plan {
  const rules = options.rules ?? [options.rule === undefined ? usualRule(task) : { rule: options.rule }];
  const label = ({ rule }: KnownRule): string => `the task of ${task.system.name} under ${rule.name}`;
  return {
    name: task.system.name,
    kind: "task",
    trials: [
      ...trials(task.system.name, task.system, lists.system),
      ...rules.flatMap((known) => trials(label(known), { task, ...known }, lists.rule)),
    ],
    curves: rules.flatMap((known) => {
      const { rule, atNudge } = known;
      return atNudge === undefined || rule.refusal(task) !== undefined
        ? []
        : [() => nudgeCurve(label(known), { task, ...known }, atNudge, seed)];
    }),
  };
}

/**
 * Chooses what a system or task is tried with.
 *
 * @throws InputError for a subject that is neither, or parameters that are not the system's
 */
export function planVerification(subject: DynamicalSystem | LearningTask, options: VerifyOptions): Plan {
  const { parameters = {}, seed = 0, properties = {} } = options;
  const lists: PropertyLists = {
    system: properties.system ?? systemProperties,
    integrator: properties.integrator ?? integratorProperties,
    rule: properties.rule ?? ruleProperties,
  };
  if (isTask(subject)) {
    return planTask({ ...subject, system: withParameters(subject.system, parameters) }, lists, seed, options);
  }
  if (isSystem(subject)) return planSystem(withParameters(subject, parameters), lists, seed, options);
  throw new InputError({ field: "verify", given: describeGiven(subject), expected: "a system or a learning task" });
}

/** Lets timers, signals and drawings have their turn. */
export const breathe = (): Promise<void> => new Promise((done) => setTimeout(done));

/** Refuses a number of runs or a seed that is none. */
function checkWhole(option: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new InputError({
    field: `verify, ${option}`,
    given: String(value),
    expected: `a whole number from ${least} on`,
  });
}

/**
 * Tries every property that applies to a system (by itself and under integrators) or to a task (its system, and its gradient
 * under a rule), at random parameters, states and inputs, and reports what it found. A property that fails is shrunk to a
 * small case and reported; it throws nothing. The same seed gives the same cases.
 *
 * A case that decides nothing (a state at the edge of a branch, a difference drowned in rounding) is passed over and counted;
 * with more of them than of the others a property is "inconclusive", which is no failure.
 *
 * @throws InputError for a subject that is no system and no task, or options that do not fit
 */
export async function verify<N extends BlockNames, T extends string>(
  subject: DynamicalSystem<N> | LearningTask<N, T>,
  options: VerifyOptions = {},
): Promise<VerificationReport> {
  const { runs = 100, seed = 0, signal, onProgress } = options;
  checkWhole("runs", runs, 1);
  checkWhole("seed", seed, 0);
  const plan = planVerification(subject as DynamicalSystem | LearningTask, options);
  const total = plan.trials.filter(({ inapplicable }) => inapplicable === undefined).length;
  const results: PropertyResult[] = [];
  let done = 0;
  for (const trial of plan.trials) {
    if (trial.inapplicable !== undefined) {
      results.push(notApplicable(trial, trial.inapplicable));
      continue;
    }
    onProgress?.({ done, total, subject: trial.subject, property: trial.property });
    await breathe();
    signal?.throwIfAborted();
    results.push(await trial.run({ runs, seed }));
    done += 1;
  }
  const outcomes = new Set(results.map(({ outcome }) => outcome));
  return {
    format: 1,
    subject: plan.name,
    kind: plan.kind,
    seed,
    runs,
    versions: {
      eqprop: EQPROP_VERSION,
      node: globalThis.process?.versions?.node ?? "none",
      fastCheck: fastCheckVersion,
    },
    results,
    curves: plan.curves.flatMap((measure) => measure() ?? []),
    passed: outcomes.has("passed") && !outcomes.has("failed"),
  };
}

const notApplicable = ({ subject, property, statement }: Trial, reason: string): PropertyResult => ({
  subject,
  property,
  statement,
  outcome: "not applicable",
  reason,
  runs: 0,
  skipped: 0,
  seconds: 0,
});
