import type { Backend } from "../../core/compile/program.js";
import type { Integrator } from "../../core/integrator.js";
import { iterate } from "../../integrators/steppers/iterate.js";
import type { LearningRule } from "../rule.js";
import { checkedNudging, checkNudge } from "../rules/check-nudging.js";
import { type HamiltonianEchoOptions, hamiltonianEcho } from "../rules/hamiltonian-echo.js";
import { namedByNudging } from "../rules/nudged-phases.js";
import { trajectoryRule } from "../rules/trajectory-rule.js";
import type { LearningTask } from "../task.js";
import type { HamiltonianStack } from "./hamiltonian-stack.js";
import { LayerwisePlan } from "./layerwise-plan.js";

/** What {@link layerwiseRule} makes a rule for stacks of. */
export interface LayerwiseRuleDefinition extends Pick<LearningRule, "name" | "reference"> {
  /** The function a user calls, for error texts. */
  readonly maker: string;
  /** The rule that each layer with a state learns by, under the stack's integrator. */
  layerRule(integrator: Integrator): LearningRule;
  readonly backend?: Backend | undefined;
}

const isStack = (task: LearningTask): task is HamiltonianStack => "stack" in task;

/**
 * Makes a rule for stacks of a rule for trajectories. The stack runs once, bottom to top; then, from the top down, each
 * layer with a state learns by its own rule from the slopes of the cost at its states, and the gradient for its inputs,
 * row by row, goes through the functions below by reverse differentiation and gives the slopes for the layers they
 * read.
 *
 * Source: Pourcel & Ernoult 2025 (arXiv 2506.05259), theorem 3.3 and remark 8.
 */
export function layerwiseRule({ layerRule, backend, ...named }: LayerwiseRuleDefinition): LearningRule {
  return trajectoryRule({
    ...named,
    // What is no stack is refused below, in words that say so.
    integrator: { ...iterate(), refusal: () => undefined },
    backend,
    refusal: (task) => {
      if (!isStack(task)) return "a stack of layers, as hamiltonianStack makes";
      const { integrator, recurrent } = task.stack;
      const rule = layerRule(integrator);
      for (const layer of recurrent) {
        const refused = rule.refusal(layer.task);
        if (refused !== undefined) return `for the layer ${layer.name} ${refused}`;
      }
      return undefined;
    },
    prepare: (plan) => new LayerwisePlan(plan, layerRule((plan.task as HamiltonianStack).stack.integrator)),
    gradient: (prepared, data, given) => prepared.gradient(data, given),
  });
}

/** Options of {@link layerwiseHamiltonianEcho}. */
export interface LayerwiseHamiltonianEchoOptions extends Omit<HamiltonianEchoOptions, "integrator"> {}

/**
 * Hamiltonian echo learning of a stack: each layer learns by its echo, whose gradient for the inputs pushes the echo of
 * the layer below; the functions between are differentiated. The gradient is that of the stack's discrete steps as the
 * nudge goes to 0, with an error of the second order in it where nudging is centred and of the first where it is
 * one-sided. Where all systems are linear the centred gradient is exact at any nudge, whatever the functions between
 * them and the cost. See {@link hamiltonianEcho} for the options.
 *
 * Source: Pourcel & Ernoult 2025 (arXiv 2506.05259).
 *
 * @throws InputError for a nudge that is not positive
 */
export function layerwiseHamiltonianEcho(options: LayerwiseHamiltonianEchoOptions): LearningRule {
  const maker = "layerwiseHamiltonianEcho";
  checkNudge(`${maker} nudge`, options.nudge);
  return layerwiseRule({
    name: namedByNudging("Hamiltonian echo layer by layer", checkedNudging(`${maker} nudging`, options.nudging)),
    reference: "Pourcel & Ernoult 2025 (arXiv 2506.05259)",
    maker,
    layerRule: (integrator) => hamiltonianEcho({ ...options, integrator }),
    backend: options.backend,
  });
}
