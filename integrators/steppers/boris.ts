import { type Expression, sizeOf } from "../../core/expression/expression.js";
import { jacobianMatrix } from "../../core/expression/jacobian-matrix.js";
import { add, multiply, subtract } from "../../core/expression/primitives/arithmetic.js";
import { concatenate } from "../../core/expression/primitives/concatenate.js";
import { constant } from "../../core/expression/primitives/leaves.js";
import { reshape, slice } from "../../core/expression/primitives/rearrangement.js";
import { solve } from "../../core/expression/primitives/solve.js";
import type { Integrator, StateExpressions, StepContext } from "../../core/integrator.js";
import { dependsOn } from "../../core/structure-proofs.js";
import {
  checkStep,
  constantMasses,
  continuousTime,
  lagrangian,
  momentaOf,
  type Requirement,
  refusalOf,
  unbounded,
  undamped,
} from "../requirements.js";
import { applyStage, drift } from "../splitting.js";

/** Options of {@link boris}. */
export interface BorisOptions {
  /** The step size h > 0. */
  readonly step: number;
}

/**
 * Boris' method for charged particles, and for every Lagrangian system whose acceleration is E(q) + G(q) v with a force
 * G v that does no work (magnetic, Coriolis), order 2:
 *
 *     q <- q + h/2 v,  (v_1 - v_0)/h = E(q) + G(q) (v_0 + v_1)/2,  q <- q + h/2 v
 *
 * The velocity is rotated, explicitly: the equation is linear in v_1. In three dimensions it is Boris' two half pushes
 * around a rotation. Symmetric; it preserves volume in phase space but in general not the symplectic form, and keeps the
 * energy bounded in uniform fields. Fields and inputs are taken at h/2.
 *
 * Reference: J. P. Boris, Relativistic plasma simulation, Proc. 4th Conf. Num. Sim. Plasmas (1970); volume: H. Qin et al.,
 * Phys. Plasmas 20, 084503 (2013).
 *
 * @throws InputError for a step that is not finite and positive
 */
export function boris({ step }: BorisOptions): Integrator {
  const name = "Boris";
  return {
    name,
    step: checkStep(name, step),
    order: 2,
    symmetric: true,
    preserves: "volume",
    stochastic: false,
    reference: "J. P. Boris, Relativistic plasma simulation, Proc. 4th Conf. Num. Sim. Plasmas (1970)",
    refusal: refusalOf(name, [continuousTime, lagrangian, undamped, constantMasses, magnetic, unbounded]),
    advance(context) {
      const middle = applyStage(context, context.state, drift(1 / 2), 0);
      return applyStage(context, pushed(context, middle), drift(1 / 2), 1 / 2);
    },
  };
}

/** Some force depends on velocities; under constant masses one that a Lagrangian gives is linear in them and does no work. */
const magnetic: Requirement = (system) => {
  const velocities = momentaOf(system);
  if (!dependsOn(accelerationsOf(system), velocities)) return "no force depends on its velocities: use leapfrog";
  const forces = [...(system.generalisedForce?.values() ?? [])];
  return dependsOn(forces, velocities)
    ? "its generalised force depends on the velocities and may do work: use rungeKutta4"
    : undefined;
};

const accelerationsOf = ({ state, field }: StepContext["system"]): Expression[] =>
  state.filter(({ role }) => role === "velocity").map(({ name }) => field.get(name) as Expression);

/** The velocities after the push: v + h (1 - h/2 G)^-1 (E + G v). */
function pushed(context: StepContext, state: StateExpressions): StateExpressions {
  const { system, step, at } = context;
  const accelerations = accelerationsOf(system);
  const flat = (parts: readonly Expression[]): Expression =>
    concatenate(parts.map((part) => reshape(part, [sizeOf(part.shape)])));
  const values = at(
    state,
    1 / 2,
    new Map([
      ["acceleration", flat(accelerations)],
      ["rotation", jacobianMatrix(accelerations, momentaOf(system))],
    ]),
  );
  const [acceleration, rotation] = [values.get("acceleration"), values.get("rotation")] as [Expression, Expression];
  const half = multiply(multiply(1 / 2, step), rotation);
  const change = multiply(step, solve(subtract(identity(accelerations), half), acceleration));
  const after = new Map(state);
  let end = 0;
  for (const { name, shape, role } of system.state) {
    if (role !== "velocity") continue;
    const start = end;
    end += sizeOf(shape);
    after.set(name, add(state.get(name) as Expression, reshape(slice(change, 0, start, end), shape)));
  }
  return after;
}

function identity(parts: readonly Expression[]): Expression {
  const size = parts.reduce((total, { shape }) => total + sizeOf(shape), 0);
  return constant(
    Float64Array.from({ length: size * size }, (_, k) => Number(k % (size + 1) === 0)),
    [size, size],
  );
}
