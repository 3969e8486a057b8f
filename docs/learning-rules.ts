import { gradientFlow } from "../integrators/solvers/gradient-flow.js";
import { chooseRule } from "../learning/choose-rule.js";
import { type Explanation, explain } from "../learning/explain.js";
import {
  actionRules,
  type RegisteredRule,
  type RegisteredTrajectoryRule,
  type RuleFacts,
  rules,
  trajectoryRules,
} from "../learning/registry.js";
import { asymmetricEquilibriumPropagation } from "../learning/rules/asymmetric-equilibrium-propagation.js";
import { backpropagationThroughTime } from "../learning/rules/backpropagation-through-time.js";
import { dyadicEquilibriumPropagation } from "../learning/rules/dyadic-equilibrium-propagation.js";
import { equilibriumPropagation } from "../learning/rules/equilibrium-propagation.js";
import { hamiltonianEcho } from "../learning/rules/hamiltonian-echo.js";
import { twistedEquilibriumPropagation } from "../learning/rules/twisted-equilibrium-propagation.js";
import { type LearningTask, learningTask } from "../learning/task.js";
import { carefulSolver } from "../property-tests/measures/careful-solver.js";
import { measureExactness } from "../property-tests/measures/exactness.js";
import { tasksByStructure } from "../property-tests/suites/tasks-by-structure.js";
import { fitzhughNagumoGraph } from "../systems/catalogue/fitzhugh-nagumo.js";
import { hopfieldNetwork } from "../systems/catalogue/hopfield-network.js";
import { rateNetwork } from "../systems/catalogue/rate-network.js";
import { forceSystem } from "../systems/force-system.js";
import { horizonTasks } from "./horizon-tasks.js";
import { DERIVATIONS } from "./learning-rules-derivations.js";
import { fenced, table } from "./markdown.js";

const settle = carefulSolver();

/** From a tenth down by half decades, where errors are still well above rounding: so the text is the same on every machine. */
const NUDGES = Array.from({ length: 7 }, (_, k) => 10 ** (-(k + 2) / 2));
/** Smaller errors may be rounding. */
const ROUNDING = 3e-11;

function errorText(error: number): string {
  if (error < ROUNDING) return "< 1e-10";
  return error > 0.1 ? "wrong" : `< 1e${Math.ceil(Math.log10(error))}`;
}

/** How the error falls with the nudge, and how small it gets, on the reference task of every structure the rule takes. */
function measured(rule: RegisteredRule): string[] {
  return tasksByStructure.map(({ task, data }) => {
    if (rule.make(settle).refusal(task) !== undefined) return "";
    const { slope, best } = measureExactness({
      task,
      data,
      makeRule: (nudge) => rule.make(settle, nudge),
      nudges: rule.role === "reference" ? NUDGES.slice(-1) : NUDGES,
    });
    const falls = slope === undefined ? "" : `${Math.abs(slope).toFixed(1)}, `;
    return `${falls}${errorText(best.error)}`;
  });
}

/** The same on the tasks with a horizon, against backpropagation through the same steps. */
function measuredOnTrajectories(rule: RegisteredTrajectoryRule): string[] {
  return horizonTasks.map(({ task, data, integrator }) => {
    if (rule.make(integrator).refusal(task) !== undefined) return "";
    const { slope, best } = measureExactness({
      task,
      data,
      reference: backpropagationThroughTime({ integrator }),
      makeRule: (nudge) => rule.make(integrator, nudge),
      nudges: rule.role === "reference" ? NUDGES.slice(-1) : NUDGES,
    });
    const falls = slope === undefined ? "" : `${Math.abs(slope).toFixed(1)}, `;
    return `${falls}${errorText(best.error)}`;
  });
}

const named = ({ name, role }: RuleFacts): string => (role === "physical" ? `\`${name}\`` : `\`${name}\` (${role})`);

const everyRule: readonly RuleFacts[] = [...rules, ...trajectoryRules, ...actionRules];

const choicesTable = (): string =>
  table(
    ["rule", "transformation", "phases", "functional", "estimator", "source"],
    everyRule.map((rule) => {
      const { transformation, phases, functional, estimator } = rule.choices;
      return [named(rule), transformation, phases, functional, estimator, rule.source];
    }),
  );

function errorOf({ role, order }: RuleFacts): string {
  if (role === "baseline") return "stays, unless J = J'";
  return order === 0 ? "none" : `order ${order}`;
}

const costTable = (): string =>
  table(
    ["rule", "relaxations, or passes", "a step takes, besides the force", "stored", "error in the nudge"],
    everyRule.map((rule) => {
      const { relaxations, perStep, memory } = rule.cost;
      return [named(rule), relaxations, perStep, memory, errorOf(rule)];
    }),
  );

const exactnessTable = (): string =>
  table(
    ["rule", ...tasksByStructure.map(({ structure }) => structure)],
    rules.map((rule) => [named(rule), ...measured(rule)]),
  );

const trajectoryTable = (): string =>
  table(
    ["rule", ...horizonTasks.map(({ structure, integrator }) => `${structure}; ${integrator.name}`)],
    trajectoryRules.map((rule) => [named(rule), ...measuredOnTrajectories(rule)]),
  );

function choiceSection({ structure, task }: Pick<(typeof tasksByStructure)[number], "structure" | "task">): string[] {
  const { rule, reason, rejected } = chooseRule(task);
  return [
    `### ${structure.charAt(0).toUpperCase()}${structure.slice(1)}`,
    `**${rule.name}.** ${reason}`,
    rejected.map(({ name, reason: why }) => `- ${name}: ${why}`).join("\n"),
  ];
}

const options = { nudge: 0.01, settle: gradientFlow({ step: 0.2, tolerance: 1e-9 }) };

const squaredDistance = (task: unknown): LearningTask => task as LearningTask;

/** The examples of what `explain` says. */
function explanations(): readonly (readonly [title: string, explanation: Explanation])[] {
  const layered = squaredDistance(
    learningTask(hopfieldNetwork({ layers: [3, 4, 2] }).system, {
      target: { y: [2] },
      cost: { final: "sum((output - y)^2)/2" },
    }),
  );
  const cells = squaredDistance(
    learningTask(
      fitzhughNagumoGraph({
        nodes: 3,
        edges: [
          [0, 1],
          [1, 2],
        ],
      }).system,
      {
        target: { y: [3] },
        cost: { final: "sum((v - y)^2)/2" },
      },
    ),
  );
  const hopfield = squaredDistance(
    learningTask(
      forceSystem({
        name: "Hopfield force with independent weights",
        state: { x: [4] },
        parameters: { W: [4, 4], b: [4] },
        force: { x: "-x + (1 - tanh(x)^2)*(W @ tanh(x) + b)" },
      }),
      { target: { y: [4] }, cost: { final: "sum((x - y)^2)/2" } },
    ),
  );
  const rates = (weights: "independent" | "symmetric"): LearningTask =>
    squaredDistance(
      learningTask(rateNetwork({ units: 4, weights }).system, {
        target: { y: [4] },
        cost: { final: "sum((x - y)^2)/2" },
      }),
    );
  return [
    ["Equilibrium propagation in layers", explain(equilibriumPropagation(options), layered)],
    ["Equilibrium propagation in FitzHugh-Nagumo cells", explain(equilibriumPropagation(options), cells)],
    ["Asymmetric equilibrium propagation", explain(asymmetricEquilibriumPropagation(options), hopfield)],
    ["Dyadic equilibrium propagation", explain(dyadicEquilibriumPropagation(options), rates("independent"))],
    ["Twisted equilibrium propagation", explain(twistedEquilibriumPropagation(options), rates("symmetric"))],
    ...horizonTasks
      .slice(0, 2)
      .map(
        ({ structure, task, integrator }) =>
          [`Hamiltonian echo, ${structure}`, explain(hamiltonianEcho({ integrator, nudge: 0.01 }), task)] as const,
      ),
  ];
}

/** The text of docs/learning-rules.md; `npm run docs` writes it and a suite checks that it is current. */
export function documentationOfLearningRules(): string {
  const explained = explanations();
  const [, asymmetric] = explained[2] as (typeof explained)[number];
  const sections = [
    "# Learning rules",
    "Made from the registry and from measurements by `npm run docs`; do not edit.",
    "A rule is four choices: a system made from the system, how its states are found, what is differentiated with respect to the parameters, and how the gradient is read off.",
    choicesTable(),
    "## Cost",
    "For a state of n entries; a contrast or pairing besides, once.",
    costTable(),
    "## Exactness, measured",
    "Rules of stationary states, on a small task of each structure, against implicit differentiation at the same state: the slope of the error over the nudge (2.0 is second order; none where the error is rounding at every nudge), and a bound on the error at the best of the nudges from 0.1 to 1e-4. `< 1e-10` is rounding; `wrong`, an error above a tenth at every nudge; an empty field, a structure that the rule refuses.",
    exactnessTable(),
    "Rules of trajectories, on small tasks with a horizon, against backpropagation through the same steps, in the same words.",
    trajectoryTable(),
    "## What the structure calls for",
    "`chooseRule(task)` decides by structure; this is what it says of the tasks above.",
    ...tasksByStructure.flatMap(choiceSection),
    "And of tasks with a horizon:",
    ...horizonTasks.flatMap(choiceSection),
    "## What a rule does",
    "`explain(rule, task)` writes down the phases, each parameter's update with what it reads, and every term the rule relies on. A test runs the printed phases, evaluates the printed updates, or sums up the printed integrals by the quadrature of the integrator, and compares them with `rule.gradient`.",
    ...explained.flatMap(([title, { text }]) => [`### ${title}`, fenced(text)]),
    "The asymmetric rule once more, in its LaTeX:",
    fenced(asymmetric.latex, "math"),
    DERIVATIONS.trim(),
  ];
  return `${sections.join("\n\n")}\n`;
}
