import { type Expression, sizeOf } from "../../../core/expression/expression.js";
import type { Integrator } from "../../../core/integrator.js";
import { layClock, simulate } from "../../../core/simulation/index.js";
import type { InputValue } from "../../../core/simulation/inputs.js";
import type { DynamicalSystem, NumericValue } from "../../../core/system.js";
import type { TaskData } from "../../../learning/rule.js";
import { refuseEchoIntegrator } from "../../../learning/rules/hamiltonian-echo.js";
import type { LearningTask } from "../../../learning/task.js";
import { echoed, refuseEcho, reversedDampingName } from "../../../learning/transformations/echoed.js";
import { requireAgreement } from "../../measures/agreement.js";
import { entriesOf, withEntries } from "../../measures/input-entries.js";
import { pointFunction } from "../../measures/point-function.js";
import { blockEntries } from "../../measures/system-measures.js";
import type { VerificationProperty } from "../../verification/verification-property.js";
import { integratorFor, ofStableData, type RuleSubject, refusalOf } from "./rule-subject.js";

const NAME = "an echo that is not pushed returns to the start";
/** Rounding of a run there and back that magnifies it at most thirtyfold. */
const TOLERANCE = 1e-11;

type State = Record<string, Float64Array>;

/**
 * A trajectory, its momenta turned round, and the echoed system with its inputs in reverse lead back to the initial state with
 * its momenta turned round: what an echo learns from are the traces of its pushes alone.
 */
export const echoReturns: VerificationProperty<RuleSubject> = {
  name: NAME,
  statement: "forward, momenta turned, the echoed system with inputs in reverse, momenta turned: the initial state",
  inapplicable(subject) {
    const refusal = refusalOf(subject);
    const integrator = integratorFor(subject);
    if (refusal !== undefined || integrator === undefined) return refusal ?? "its cost is one of the stationary state";
    const { system } = subject.task;
    if (refuseEcho(system) !== undefined) return "its system has no echo";
    return refuseEchoIntegrator(integrator) === undefined
      ? undefined
      : "its integrator is not reversible or not symplectic";
  },
  property(subject, options) {
    const { task } = subject;
    const { system } = task;
    const integrator = integratorFor(subject) as Integrator;
    const startOf = initialState(task);
    const back = echoed(system);
    return ofStableData(subject, options, (data) => {
      const { start, step, steps } = layClock(task.horizon ?? {}, integrator.step);
      const initial = startOf(data);
      const end = run(system, integrator, initial, data, { start, steps });
      const returned = turned(
        system,
        run(back, integrator, turned(system, end), reversed(system, data), { start: -(start + steps * step), steps }),
      );
      for (const block of system.state) {
        const [found, expected] = [returned[block.name], initial[block.name]] as [Float64Array, Float64Array];
        requireAgreement(
          blockEntries((entry) => `${entry} back at the start`, block, found, expected),
          {
            property: NAME,
            tolerance: TOLERANCE,
            scale: 1 + Math.max(...[...expected, ...(end[block.name] as Float64Array)].map(Math.abs)),
            likely: "the step is not symmetric, or the Hamiltonian not even in the momenta",
          },
          options,
        );
      }
    });
  },
};

/** The initial state of one example, by block: computed by the task, or from the data. */
function initialState(task: LearningTask): (data: TaskData) => State {
  const computed = [...(task.initial ?? new Map<string, Expression>())];
  const compute = pointFunction(computed.map(([, expression]) => expression));
  return ({ parameters, input = {}, initial = {} }) => {
    const constant = Object.entries({ ...parameters, ...input } as Record<string, InputValue>).filter(
      ([, value]) => typeof value !== "function" && !(typeof value === "object" && "timing" in value),
    );
    const values = compute(
      Object.fromEntries(constant.map(([name, value]) => [name, entriesOf(value as NumericValue)])),
    );
    return {
      ...(initial as State),
      ...Object.fromEntries(computed.map(([name], k) => [name, values[k] as Float64Array])),
    };
  };
}

function run(
  system: DynamicalSystem,
  integrator: Integrator,
  initial: State,
  { parameters, input = {} }: TaskData,
  horizon: { readonly start: number; readonly steps: number },
): State {
  const { final } = simulate(system, { integrator, initial, parameters, input, ...horizon } as never);
  return Object.fromEntries(
    Object.entries(final as Record<string, { data: Float64Array }>).map(([name, { data }]) => [name, data]),
  );
}

const turned = (system: DynamicalSystem, state: State): State =>
  Object.fromEntries(
    system.state.map(({ name, role }) => [
      name,
      (state[name] as Float64Array).map((value) => (role === "momentum" ? -value : value)),
    ]),
  );

/** Inputs in reverse, and minus the damping for the echoed system. */
function reversed({ input, damping }: DynamicalSystem, data: TaskData): TaskData {
  const values = (data.input ?? {}) as Readonly<Record<string, InputValue>>;
  const backwards = input.map(({ name, shape }) => {
    const value = values[name] as InputValue;
    const varies = typeof value === "object" && "timing" in value;
    return [name, varies ? withEntries(value, (entries) => rowsReversed(entries, sizeOf(shape))) : value] as const;
  });
  const parameters = data.parameters as Readonly<Record<string, Float64Array>>;
  const opposite =
    damping === undefined
      ? {}
      : { [reversedDampingName(damping)]: -((parameters[damping] as Float64Array)[0] as number) };
  return { parameters: { ...parameters, ...opposite }, input: Object.fromEntries(backwards) } as TaskData;
}

const rowsReversed = (entries: Float64Array, size: number): Float64Array =>
  entries.map((_value, k) => entries[entries.length - size * (Math.floor(k / size) + 1) + (k % size)] as number);
