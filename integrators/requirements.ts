import { InputError } from "../core/errors.js";
import type { DynamicalSystem, StateBlock } from "../core/system.js";

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
  return system.facts.separable
    ? undefined
    : "it is not separable (a Hamiltonian T(p) + V(q)), so that its drifts and kicks have no exact flow: use rungeKutta4";
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
