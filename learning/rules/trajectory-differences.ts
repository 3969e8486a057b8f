import type { Backend } from "../../core/compile/program.js";
import { type Shape, sizeOf } from "../../core/expression/expression.js";
import type { Integrator } from "../../core/integrator.js";
import type { InputValue } from "../../core/simulation/inputs.js";
import { flattenNumbers, nestedShape } from "../../core/simulation/values.js";
import type { StateArray } from "../../core/system.js";
import { extrapolatedDerivative } from "../estimators/richardson.js";
import type { TaskData } from "../rule.js";
import { FreeTrajectory } from "../trajectory/free-trajectory.js";
import { readTrajectoryData } from "../trajectory/trajectory-data.js";
import type { TrajectoryPlan } from "../trajectory/trajectory-plan.js";
import type { FiniteDifferenceResult, FiniteDifferencesRule } from "./finite-differences.js";
import { mean } from "./stationary-rule.js";
import { trajectoryPhase, trajectoryRule } from "./trajectory-rule.js";

/** What {@link trajectoryDifferences} takes; see `finiteDifferences`. */
export interface TrajectoryDifferencesOptions {
  readonly integrator: Integrator;
  readonly step: number;
  readonly backend: Backend | undefined;
}

type Group = "parameters" | "input" | "initial";

/** The gradient of a trajectory's cost by Richardson-extrapolated differences, entry by entry. */
export function trajectoryDifferences({
  integrator,
  step,
  backend,
}: TrajectoryDifferencesOptions): FiniteDifferencesRule {
  return trajectoryRule({
    name: "finite differences",
    reference: "central differences with Richardson 1911 extrapolation",
    maker: "finiteDifferences",
    integrator,
    backend,
    variant: "",
    dynamics: ({ system }) => ({
      phases: [{ name: "free", system, nudge: 0, motion: "integrates from the initial state" }],
      reliesOn: [
        "no local update: each entry of parameters, inputs and initial state is shifted to both sides by three steps, the trajectory integrated anew, and the costs are compared",
        "a cost that is smooth over the largest of these steps",
      ],
    }),
    prepare: (plan) => new FreeTrajectory(plan, integrator),
    gradient: (free, data, given) => {
      const costOf = (changed: TaskData): number =>
        mean(free.run(readTrajectoryData(free.plan.task, integrator, changed), changed));
      return new Differences(free.plan, given, step, costOf).result(free.run(data, given));
    },
  }) as FiniteDifferencesRule;
}

/** Values with the error of each. */
interface Slopes {
  readonly value: StateArray;
  readonly error: StateArray;
}

class Differences {
  constructor(
    private readonly plan: TrajectoryPlan,
    private readonly given: TaskData,
    private readonly step: number,
    private readonly costOf: (data: TaskData) => number,
  ) {}

  result(costs: Float64Array): FiniteDifferenceResult {
    const { plan } = this;
    const { system, initial: computed } = plan.task;
    const { state, parameters, input } = system;
    const last = state.map(({ name, shape }) => [name, plan.result(plan.buffers[name] as Float64Array, shape, true)]);
    const withGradient = input.filter(({ name }) => plan.timing(name) !== "function");
    const ofParameters = this.slopes("parameters", parameters);
    const ofInputs = this.slopes("input", withGradient);
    const ofInitial = this.slopes(
      "initial",
      state.filter(({ name }) => computed?.has(name) !== true),
    );
    const pick = (slopes: ReadonlyMap<string, Slopes>, part: keyof Slopes): Record<string, StateArray> =>
      Object.fromEntries([...slopes].map(([name, each]) => [name, each[part]]));
    return {
      cost: mean(costs),
      costs,
      gradient: pick(ofParameters, "value"),
      inputGradient: pick(ofInputs, "value"),
      initialGradient: pick(ofInitial, "value"),
      errors: pick(ofParameters, "error"),
      inputErrors: pick(ofInputs, "error"),
      state: Object.fromEntries(last),
      residual: 0,
      phases: [trajectoryPhase("free", plan)],
    };
  }

  private slopes(
    group: Group,
    blocks: readonly { readonly name: string; readonly shape: Shape }[],
  ): Map<string, Slopes> {
    return new Map(blocks.map((block) => [block.name, this.alongBlock(group, block)]));
  }

  /** The cost's derivatives along all entries of what was given for a block. */
  private alongBlock(group: Group, { name, shape }: { readonly name: string; readonly shape: Shape }): Slopes {
    const { given, plan } = this;
    const values = given[group] as Readonly<Record<string, InputValue | undefined>> | undefined;
    const fallback = plan.task.system.parameters.find((block) => block.name === name)?.default;
    const { entries, rebuilt, shape: full } = spread(values?.[name] ?? fallback ?? 0, shape, this.copies(group));
    const scale = Math.max(1e-3, Math.hypot(...entries) / Math.sqrt(entries.length));
    const at = (entry: number, by: number): number => {
      const moved = entries.slice();
      moved[entry] = (moved[entry] as number) + by;
      return this.costOf({ ...given, [group]: { ...values, [name]: rebuilt(moved) } } as TaskData);
    };
    const pair = (entry: number, by: number) => ({ step: by, ahead: at(entry, by), behind: at(entry, -by) });
    const derivatives = Array.from(entries, (_, entry) => {
      const first = this.step * scale;
      return extrapolatedDerivative(pair(entry, first), pair(entry, first / 2), pair(entry, first / 4));
    });
    const array = (part: "value" | "error"): StateArray => ({
      data: Float64Array.from(derivatives, (each) => each[part]),
      shape: full,
    });
    return { value: array("value"), error: array("error") };
  }

  /** Gradients of inputs and initial states are those of each example's own values. */
  private copies = (group: Group): number => (group === "parameters" ? 1 : this.plan.examples);
}

/** The numbers of a value, one copy per example unless it has them or varies in time, and how to put others in their place. */
function spread(
  value: InputValue,
  shape: Shape,
  examples: number,
): {
  readonly entries: Float64Array;
  readonly shape: Shape;
  rebuilt(entries: Float64Array): InputValue;
} {
  if (typeof value === "function") throw new Error("a function of time has no entries");
  if (typeof value === "object" && "timing" in value) {
    const rows = nestedShape(value.rows);
    const entries = flattenNumbers(value.rows, rows) as Float64Array;
    const size = sizeOf(shape);
    const full = rows.length > 1 || shape.length === 0 ? rows : [entries.length / size, ...shape];
    return { entries, shape: full, rebuilt: (changed) => ({ ...value, rows: changed }) };
  }
  const several = examples > 1 ? [examples, ...shape] : shape;
  const own =
    typeof value === "number" ? new Float64Array(sizeOf(shape)).fill(value) : flattenNumbers(value, nestedShape(value));
  const entries = new Float64Array(sizeOf(several));
  const block = own as Float64Array;
  for (let start = 0; start < entries.length; start += block.length) entries.set(block, start);
  return { entries, shape: several, rebuilt: (changed) => changed };
}
