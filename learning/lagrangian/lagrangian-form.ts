import { systemOfKind } from "../../core/describe.js";
import { gradient } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { add, constant, divide, multiply, negate, subtract, sum, symbol } from "../../core/expression/functions.js";
import { substituteOne } from "../../core/expression/transform.js";
import { readSource } from "../../core/expression-source.js";
import { hamiltonianPart } from "../../core/hamiltonian-parts.js";
import { joined } from "../../core/layers/canonical-steps.js";
import { dependsOn, equalAtRandom } from "../../core/structure-proofs.js";
import { type DynamicalSystem, type StateBlock, TIME } from "../../core/system.js";

/**
 * The integral of the damping rate over the time since t = 0, a formula of `t` and parameters, such as "gamma*t + c*sin(t)" for
 * the rate gamma + c cos(t).
 */
export type DampingIntegral = string | ((symbols: never) => Expression);

/** A system's Lagrangian, as the discrete action takes it. */
export interface LagrangianForm {
  readonly coordinates: readonly StateBlock[];
  /** The velocity blocks, or the momentum blocks of a Hamiltonian system. */
  readonly motions: readonly StateBlock[];
  /** What of L vanishes at rest, in the blocks' symbols; those of motions stand for velocities. */
  readonly kinetic: Expression;
  /** L at rest. */
  readonly atRest: Expression;
  /** The momenta of a state, joined to one vector: dL/dv, or the momentum blocks themselves. */
  readonly momenta: Expression;
  /** The motions of a state are momenta, as in Hamiltonian systems. */
  readonly hasMomenta: boolean;
  /** The integral of the damping rate, in `t` and parameters; `undefined` without damping. */
  readonly dampingIntegral: Expression | undefined;
}

/** The Lagrangian of a system that {@link refuseLagrangianForm} takes. */
export function lagrangianForm(system: DynamicalSystem, integral?: DampingIntegral): LagrangianForm {
  const { kind, state } = system;
  const coordinates = state.filter(({ role }) => role === "coordinate");
  const motions = state.filter(({ role }) => role !== "coordinate");
  const velocities = motions.map((block) => block.symbol);
  const atRest = negate(
    substituteOne(
      hamiltonianPart(system, kind === "lagrangian" ? "whole" : "potential"),
      new Map(velocities.map((velocity) => [velocity, constant(0, velocity.shape)])),
    ),
  );
  const kinetic = kind === "lagrangian" ? withoutRest(system, atRest) : legendreKinetic(system, motions);
  return {
    coordinates,
    motions,
    kinetic,
    atRest,
    momenta: kind === "lagrangian" ? joined(gradient(kinetic, velocities)) : joined(velocities),
    hasMomenta: kind === "hamiltonian",
    dampingIntegral: integralOf(system, integral),
  };
}

/** The summands of L with velocities where L shows them, so that what is at rest does not enter and leave again by rounding. */
function withoutRest(system: DynamicalSystem, atRest: Expression): Expression {
  const kinetic = negate(hamiltonianPart(system, "kinetic"));
  const rebuilt = add(kinetic, atRest);
  return equalAtRandom(rebuilt, system.scalar as Expression) ? kinetic : subtract(system.scalar as Expression, atRest);
}

/** sum v^2 / (2 inverseMass), with v in the place of the momenta. */
function legendreKinetic({ kinetic }: DynamicalSystem, motions: readonly StateBlock[]): Expression {
  return motions
    .map(({ name, symbol: velocity }) =>
      sum(divide(multiply(velocity, velocity), multiply(2, kinetic?.inverseMass.get(name) as Expression))),
    )
    .reduce((total, part) => add(total, part));
}

function integralOf(system: DynamicalSystem, source: DampingIntegral | undefined): Expression | undefined {
  const time = symbol(TIME);
  if (source !== undefined) {
    const scope = new Map([...system.parameters.map((block) => [block.name, block.symbol] as const), [TIME, time]]);
    return readSource("lagrangianEquilibriumPropagation dampingIntegral", source as string, scope);
  }
  const damping = system.parameters.find(({ name }) => name === system.damping);
  return damping && multiply(damping.symbol, time);
}

/** Why a system has no action of one Lagrangian with one damping; `undefined` where it has. */
export function refuseLagrangianForm(system: DynamicalSystem, source?: DampingIntegral): string | undefined {
  const { name, kind, kinetic, state } = system;
  const bounded = state.find(({ bounds }) => bounds !== undefined);
  if (bounded !== undefined)
    return `a state without bounds, because stationary actions know none, and ${bounded.name} has`;
  if (kind === "hamiltonian") {
    if (kinetic === undefined) {
      return `a Lagrangian system, or a Hamiltonian T(p) + V(q) with constant masses, and that of ${name} is not: use hamiltonianEcho`;
    }
    return source === undefined ? undefined : "no dampingIntegral, which belongs to Lagrangian systems";
  }
  if (kind !== "lagrangian")
    return `a Lagrangian system, because it learns from an action, and ${name} is ${systemOfKind(kind)}`;
  return refuseForces(system, source);
}

/** Forces are accepted where they are one scalar damping rate times the momenta, that which the integral declares. */
function refuseForces(system: DynamicalSystem, source: DampingIntegral | undefined): string | undefined {
  const { name, generalisedForce = new Map<string, Expression>(), state, damping } = system;
  const velocities = state.filter(({ role }) => role === "velocity").map((block) => block.symbol);
  if (source === undefined) {
    if (generalisedForce.size === 0) return undefined;
    return dependsOn([...generalisedForce.values()], velocities)
      ? `damping by one scalar rate for all momenta (\`damping\`, or \`dampingIntegral\` where the rate varies in time), because unequal dampings do not commute with the second derivatives of the potential, so that the damped motion has no action whose echo is its adjoint, and ${name} has a force of its velocities`
      : `a Lagrangian that gives all forces, because the action knows no others, and ${name} has generalised forces`;
  }
  if (damping !== undefined)
    return `one declaration of the damping: ${name} names ${damping}, and there is a dampingIntegral`;
  const integral = integralOf(system, source) as Expression;
  if (integral.shape.length > 0)
    return "one scalar dampingIntegral for all momenta, because unequal dampings have no action";
  const [rate] = gradient(integral, [symbol(TIME)]) as [Expression];
  const coordinates = state.filter(({ role }) => role === "coordinate");
  const momenta = gradient(system.scalar as Expression, velocities);
  const fits = coordinates.every((block, k) =>
    equalAtRandom(
      generalisedForce.get(block.name) ?? constant(0, block.shape),
      negate(multiply(rate, momenta[k] as Expression)),
    ),
  );
  return fits
    ? undefined
    : `a force of -rate * dL/dv, rate being the time derivative of dampingIntegral, one scalar for all momenta, because unequal dampings have no action, and that of ${name} is another`;
}
