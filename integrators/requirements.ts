import { InputError } from "../core/errors.js";
import { gradient, jacobianProduct } from "../core/expression/derivatives.js";
import type { Expression } from "../core/expression/expression.js";
import { symbol } from "../core/expression/primitives/leaves.js";
import { dependsOn, directionSymbols } from "../core/structure-proofs.js";
import { type DynamicalSystem, type StateBlock, TIME } from "../core/system.js";

/** What a method asks of a system: `undefined` where it has it, else the reason and what to use instead, as a clause. */
export type Requirement = (system: DynamicalSystem) => string | undefined;

/** Makes an integrator's `refusal` of its requirements: the first that is not met, as a sentence without its full stop. */
export function refusalOf(method: string, requirements: readonly Requirement[]): Requirement {
  return (system) => {
    for (const requirement of requirements) {
      const reason = requirement(system);
      if (reason !== undefined) return `${method} cannot integrate "${system.name}", because ${reason}`;
    }
    return undefined;
  };
}

/** The method takes steps of dz/dt. */
export const continuousTime: Requirement = (system) =>
  system.time === "continuous" ? undefined : "it moves in discrete time: use iterate";

/** The method cannot keep a block in its bounds. */
export const unbounded: Requirement = (system) => {
  const bounded = system.state.find(({ bounds }) => bounds !== undefined);
  if (bounded === undefined) return undefined;
  return `the block ${bounded.name} has bounds: use explicitEuler or eulerMaruyama, which project after each step`;
};

const isPosition = ({ role }: StateBlock): boolean => role === "coordinate";
const isMomentum = ({ role }: StateBlock): boolean => role === "momentum" || role === "velocity";

/** The field splits into drifts and kicks: dq/dt depends on momenta (or velocities) only, their rate on coordinates only. */
export const separable: Requirement = (system) => {
  const split =
    system.state.some(isPosition) &&
    system.state.some(isMomentum) &&
    system.state.every((block) => isPosition(block) || isMomentum(block));
  if (!split) return "its state is not made of coordinates with their momenta or velocities: use rungeKutta4";
  if (system.facts.separable) return undefined;
  return `it is not separable (a Hamiltonian T(p) + V(q)), so that its drifts and kicks have no exact flow: use ${coupled(system)}`;
};

/** A method that keeps the structure of a system that is not separable. */
function coupled({ kind, damping }: DynamicalSystem): string {
  if (damping !== undefined) return "conformalLeapfrog or rungeKutta4";
  if (kind === "hamiltonian") return "gaussLegendre4 or rungeKutta4";
  return kind === "lagrangian" ? "variational or rungeKutta4" : "rungeKutta4";
}

/** The system has no damping. */
export const undamped: Requirement = ({ damping }) =>
  damping === undefined ? undefined : "it is damped: use conformalLeapfrog or rungeKutta4";

/** The symbols of all coordinates. */
export const coordinatesOf = ({ state }: DynamicalSystem): Expression[] =>
  state.filter(isPosition).map((block) => block.symbol);

/** The symbols of all momenta or velocities, in the order of the coordinates. */
export const momentaOf = ({ state }: DynamicalSystem): Expression[] =>
  state.filter(isMomentum).map((block) => block.symbol);

const fieldOf = ({ field }: DynamicalSystem, blocks: readonly StateBlock[]): Expression[] =>
  blocks.map(({ name }) => field.get(name) as Expression);

/** Whether the change of expressions along all directions of some symbols does not depend on the listed ones. */
const changesLinearly = (
  expressions: readonly Expression[],
  along: readonly Expression[],
  not: readonly Expression[],
): boolean => !dependsOn(jacobianProduct(expressions, along, directionSymbols(along)), not);

/** The velocities are linear in the momenta, the kinetic energy quadratic. */
export const linearVelocities: Requirement = (system) => {
  const velocities = fieldOf(system, system.state.filter(isPosition));
  const momenta = momentaOf(system);
  return changesLinearly(velocities, momenta, momenta)
    ? undefined
    : "its kinetic energy is not quadratic in the momenta, where the method loses its order: use yoshida4";
};

/** The scalar is a Hamiltonian, a function of coordinates and momenta. */
export const hamiltonian: Requirement = ({ kind }) => {
  if (kind === "hamiltonian") return undefined;
  const instead = kind === "lagrangian" ? "variational" : "gaussLegendre4";
  return `it has no Hamiltonian of coordinates and momenta: use ${instead}`;
};

/** The scalar is a Lagrangian. */
export const lagrangian: Requirement = ({ kind }) => {
  if (kind === "lagrangian") return undefined;
  const instead = kind === "hamiltonian" ? "leapfrog or gaussLegendre4" : "gaussLegendre4";
  return `it has no Lagrangian of coordinates and velocities: use ${instead}`;
};

/**
 * Momenta are linear in the state with constant coefficients, so that a method that preserves all quadratic invariants
 * preserves the form dq ^ dp also in coordinates and velocities.
 */
export const linearMomenta: Requirement = (system) => {
  if (system.kind !== "lagrangian") return undefined;
  const state = system.state.map((block) => block.symbol);
  const momenta = gradient(system.scalar as Expression, momentaOf(system));
  return changesLinearly(momenta, state, [...state, symbol(TIME)])
    ? undefined
    : "its momenta are no linear functions of its state, so that the form dq ^ dp would not be preserved: use variational";
};

/** The mass matrix d2L/dv dv is constant. */
export const constantMasses: Requirement = (system) => {
  const velocities = momentaOf(system);
  const momenta = gradient(system.scalar as Expression, velocities);
  const state = [...coordinatesOf(system), ...velocities];
  return changesLinearly(momenta, velocities, [...state, symbol(TIME)])
    ? undefined
    : "its masses depend on its state or the time: use variational";
};

/** The field is minus the gradient of an energy. */
export const gradientField: Requirement = (system) => {
  if (system.facts.gradient) return undefined;
  const instead = system.kinetic === undefined ? "a deterministic method such as rungeKutta4" : "baoab";
  return `its field is not minus the gradient of an energy, so that a temperature has no meaning for it: use ${instead}`;
};

/** Each momentum has a mass: T = sum p^2 / (2 m). */
export const quadraticKineticEnergy: Requirement = (system) => {
  const known = system.kinetic?.inverseMass;
  const momenta = system.state.filter(({ role }) => role === "momentum");
  if (known !== undefined && momenta.length > 0 && momenta.every(({ name }) => known.has(name))) return undefined;
  const instead = system.facts.gradient ? "eulerMaruyama" : "a deterministic method such as rungeKutta4";
  return `it has no kinetic energy of the form sum(p^2 / (2 m)), which a thermostat needs: use ${instead}`;
};

/**
 * Checks a number given to a method.
 *
 * @throws InputError unless it is finite and positive, or not negative where `least` says so
 */
export function checkNumber(method: string, option: string, value: number, least: "positive" | "not negative"): number {
  if (Number.isFinite(value) && (value > 0 || (least === "not negative" && value === 0))) return value;
  throw new InputError({
    field: `${option} of ${method}`,
    given: String(value),
    expected: least === "positive" ? "a positive number" : "a number that is not negative",
  });
}

/** Checks a step size: finite and positive. */
export const checkStep = (method: string, step: number): number => checkNumber(method, "step", step, "positive");
