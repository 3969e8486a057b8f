import { topologicalOrder } from "../../core/expression/expression.js";
import { symbolsOf } from "../../core/expression/primitives/leaves.js";
import { entryName, indexOf } from "../../core/simulation/values.js";
import type { DynamicalSystem, StateBlock } from "../../core/system.js";
import type { SpectralAbscissa } from "./spectral-abscissa.js";

/**
 * What keeps a state from being stable: perturbations that oscillate and grow, perturbations that grow without oscillating,
 * an abscissa that is zero within its error, or one that was not found.
 */
export type Instability = "oscillation" | "saddle" | "marginal" | "undecided";

/** A phase ended at a state that is not stable, or not known to be. The message says what was found and what to change. */
export class StabilityError extends Error {
  readonly instability: Instability;
  /** For example "free". */
  readonly phase: string;
  /** Which example of the batch. */
  readonly example: number;
  readonly found: SpectralAbscissa;

  constructor(system: DynamicalSystem, phase: string, example: number, found: SpectralAbscissa) {
    const instability = instabilityOf(found) ?? "undecided";
    const where = `the state of ${system.name} in the ${phase} phase of example ${example}`;
    super(`${finding(instability, where, found)} ${remedy(instability, system, found)}`);
    this.name = "StabilityError";
    this.instability = instability;
    this.phase = phase;
    this.example = example;
    this.found = found;
  }
}

/** What keeps a state from being stable; `undefined` where it is stable beyond the error of the abscissa. */
export function instabilityOf({
  abscissa,
  frequency,
  errorEstimate,
  converged,
  bound,
}: SpectralAbscissa): Instability | undefined {
  if (bound !== undefined && bound < 0) return undefined;
  if (abscissa > errorEstimate) return frequency > 0 ? "oscillation" : "saddle";
  if (!converged) return "undecided";
  return abscissa < -errorEstimate ? undefined : "marginal";
}

/**
 * Asserts that stationary states are stable.
 *
 * @param found one abscissa per example, as `prepareSpectralAbscissa` returns them
 * @param phase named in the error
 * @throws StabilityError for the first example whose state is not stable, or not known to be
 */
export function requireStable(system: DynamicalSystem, found: readonly SpectralAbscissa[], phase = "free"): void {
  found.forEach((each, example) => {
    if (instabilityOf(each) !== undefined) throw new StabilityError(system, phase, example, each);
  });
}

const short = (value: number): string => String(Number(value.toPrecision(3)));

function finding(instability: Instability, where: string, found: SpectralAbscissa): string {
  const { abscissa, frequency, errorEstimate, residual, products, bound } = found;
  switch (instability) {
    case "oscillation":
      return `Perturbations of ${where} oscillate at the angular frequency ${short(frequency)} and grow at the rate ${short(abscissa)}.`;
    case "saddle":
      return `Perturbations of ${where} grow at the rate ${short(abscissa)}: it is a saddle.`;
    case "marginal":
      return `Perturbations of ${where} neither grow nor decay: the largest rate is ${short(abscissa)}, which is zero within its error of ${short(errorEstimate)}.`;
    case "undecided":
      return Number.isNaN(abscissa)
        ? `Whether ${where} is stable could not be decided, because its Jacobian is not finite.`
        : `Whether ${where} is stable could not be decided: after ${products} products with the Jacobian the largest rate found is ${short(abscissa)} with a residual of ${short(residual)}, and no rate is above ${short(bound ?? Infinity)}.`;
  }
}

function remedy(instability: Instability, system: DynamicalSystem, found: SpectralAbscissa): string {
  const largest = largestEntry(system, found);
  switch (instability) {
    case "oscillation":
      return oscillationRemedy(system, found, largest);
    case "saddle":
      return `Start from another guess, or settle by the dynamics itself (gradientFlow), which leaves it${strongestAt(largest)}.`;
    case "marginal":
      return `Change the parameters away from the bifurcation${strongestAt(largest)}, or add a term that decides whether such a perturbation decays.`;
    case "undecided":
      return Number.isNaN(found.abscissa)
        ? "Look for a term of the field that is undefined there."
        : "Give the iteration more products or a larger subspace, or take smaller couplings.";
  }
}

function oscillationRemedy(system: DynamicalSystem, found: SpectralAbscissa, largest: string | undefined): string {
  const inhibitor = strongest(
    system.state.filter(({ role }) => role === "inhibitor"),
    found,
  );
  if (system.kind === "skew-gradient" && inhibitor !== undefined) {
    return `Make the inhibitor ${inhibitor.name} faster: a smaller time constant of ${inhibitor.name}${constantName(system, inhibitor)}.`;
  }
  const block = strongest(system.state, found);
  const couplings = block === undefined ? [] : couplingsOf(system, block);
  if (couplings.length === 0) return `Add damping${strongestAt(largest)}.`;
  return `Reduce the gain or the antisymmetric part of ${couplings.join(" or ")}, the coupling of ${block?.name}${strongestAt(largest)}.`;
}

const strongestAt = (entry: string | undefined): string =>
  entry === undefined ? "" : ` (the perturbation is largest at ${entry})`;

/** The names of a block's time constant, where it is a parameter. */
function constantName(system: DynamicalSystem, { name }: StateBlock): string {
  const constant = system.timeConstants?.get(name);
  const parameter = system.parameters.find(({ symbol }) => symbol === constant);
  return parameter === undefined ? " (it is declared in timeConstants)" : ` (the parameter ${parameter.name})`;
}

/** Squared moduli of the mode's entries in a block. */
function powers({ name }: StateBlock, { mode }: SpectralAbscissa): number[] {
  const [real, imaginary] = [mode.real[name]?.data ?? [], mode.imaginary[name]?.data ?? []];
  return Array.from(real, (value, k) => value ** 2 + (imaginary[k] ?? 0) ** 2);
}

/** The block with the largest entry of the mode. */
function strongest(blocks: readonly StateBlock[], found: SpectralAbscissa): StateBlock | undefined {
  const largest = (block: StateBlock): number => powers(block, found).reduce((most, value) => Math.max(most, value), 0);
  return blocks.reduce<StateBlock | undefined>(
    (best, block) => (best === undefined || largest(block) > largest(best) ? block : best),
    undefined,
  );
}

function largestEntry({ state }: DynamicalSystem, found: SpectralAbscissa): string | undefined {
  const block = strongest(state, found);
  if (block === undefined) return undefined;
  const all = powers(block, found);
  const place = all.indexOf(all.reduce((most, value) => Math.max(most, value), 0));
  return place < 0 ? undefined : entryName(block.name, indexOf(block.shape, place));
}

/** Matrices among the parameters that a block's field depends on. */
function couplingsOf({ field, parameters }: DynamicalSystem, block: StateBlock): string[] {
  const force = field.get(block.name);
  const used = new Set(force === undefined ? [] : symbolsOf(topologicalOrder([force])).keys());
  return parameters.filter(({ name, shape }) => shape.length >= 2 && used.has(name)).map(({ name }) => name);
}
