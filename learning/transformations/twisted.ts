import { systemOfKind } from "../../core/describe.js";
import { InputError } from "../../core/errors.js";
import { gradient } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { constant, divide, multiply, negate, subtract, sum, symbol } from "../../core/expression/functions.js";
import { substituteOne } from "../../core/expression/transform.js";
import type { DynamicalSystem } from "../../core/system.js";
import { type LearningTask, taskName } from "../task.js";
import { forceVariant } from "./force-variant.js";
import { checkNames, derivedBlock, NUDGE } from "./names.js";
import { nudgedForce } from "./nudged.js";

/**
 * The diagonal of a matrix P with J' = P J P^-1, by state block, where the structure of a system has one: ones for an energy,
 * rho'(u) for potentials u with rates rho(u), time constants (negative for inhibitors) for a skew-gradient system, the
 * declared one of a force system. `undefined` where none is known.
 */
export function twistOf(system: DynamicalSystem): Map<string, Expression> | undefined {
  const { kind, state, facts, rates, timeConstants, twist } = system;
  const known = kind === "energy" || kind === "skew-gradient" || twist !== undefined || facts.gradient;
  if (!known) return undefined;
  return new Map(
    state.map(({ name, shape, role, symbol: potential }) => {
      const rate = rates?.get(name);
      if (rate !== undefined) return [name, gradientOfEach(rate, potential)];
      const scale = timeConstants?.get(name) ?? twist?.get(name) ?? constant(1, shape);
      return [name, role === "inhibitor" ? negate(scale) : scale];
    }),
  );
}

/** drho/du entry by entry of a function that acts on each entry by itself. */
const gradientOfEach = (rate: Expression, potential: Expression): Expression =>
  gradient(sum(rate), [potential])[0] as Expression;

/**
 * The force nudged in the metric P of {@link twistOf}, taken at the free state: dx/dt = F(x) - nudge P^-1 dC/dx. Since
 * J' = P J P^-1, P (x_nudged - x_free) / nudge tends to the adjoint state, without any correction of the dynamics. The free
 * state is an input x_free of every block x. For a skew-gradient system it is the nudged one.
 *
 * Source: equilibrium propagation (P = 1); Kendall 2026 (skew-gradient).
 *
 * @throws InputError like `nudged`, or where no such matrix is known
 */
export function twisted(task: LearningTask): DynamicalSystem {
  checkNames(task);
  const { system, cost } = task;
  const pushed = nudgedForce(task);
  const twist = twistAtFree(task);
  const slopes = gradient(
    cost.final as Expression,
    system.state.map((block) => block.symbol),
  );
  const free = system.state.map((block) => derivedBlock(block, "free"));
  return forceVariant(
    pushed,
    { name: `${system.name}, nudged and twisted`, input: [...pushed.input, ...free] },
    system.state.map(({ name }, k) => {
      const push = multiply(symbol(NUDGE), divide(slopes[k] as Expression, twist[k] as Expression));
      return subtract(system.field.get(name) as Expression, push);
    }),
  );
}

/** {@link twistOf} at the free state, one expression per state block. */
export function twistAtFree(task: LearningTask): Expression[] {
  const { system } = task;
  const twist = twistOf(system);
  if (twist === undefined) {
    throw new InputError({
      field: taskName(task),
      given: `${systemOfKind(system.kind)} without a twist`,
      expected: "an energy or skew-gradient system, or a force system that declares a `twist`",
    });
  }
  const atFree = new Map(system.state.map((block) => [block.symbol, derivedBlock(block, "free").symbol] as const));
  return system.state.map(({ name }) => substituteOne(twist.get(name) as Expression, atFree));
}
