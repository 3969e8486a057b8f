import { defaultBackend } from "../compile/choose.js";
import { interpreter } from "../compile/interpreter/interpreter.js";
import type { Backend } from "../compile/program.js";
import { InputError } from "../errors.js";
import type { InitialValues, InputOption, ParameterOption } from "../simulation/options.js";
import { readBlock, readParameters } from "../simulation/read-values.js";
import { checkNames } from "../simulation/values.js";
import { type BlockNames, type DynamicalSystem, type NumericValue, TIME } from "../system.js";

/**
 * What the scalar of a system depends on besides state and time: `parameters` has values of those without a default and of
 * others to change, `input` a constant for each declared input.
 */
export type ScalarOptions<N extends BlockNames> = ParameterOption<N> & InputOption<N, NumericValue>;

/** The scalar of a system as a function of the state and the time (0 by default). */
export type ScalarFunction<N extends BlockNames> = (state: InitialValues<N>, time?: number) => number;

/** Options that may be left out where none of them is needed. */
type ScalarArguments<N extends BlockNames> =
  Partial<ScalarOptions<N>> extends ScalarOptions<N> ? [options?: ScalarOptions<N>] : [options: ScalarOptions<N>];

/**
 * The scalar that a system was declared with, at a state: its energy, Hamiltonian, Lagrangian or potential.
 *
 *     scalarAt(pendulum, { state: { q: 2, p: 0 }, parameters: { mass: 1 } });
 *
 * For many states, compile it once by {@link scalarFunction}; along a run, take {@link trace}.
 *
 * @param options.time 0 by default
 * @throws InputError for a system without a scalar (a force, a map, a native system), or values that do not fit
 */
export function scalarAt<N extends BlockNames>(
  system: DynamicalSystem<N>,
  options: ScalarOptions<N> & { readonly state: InitialValues<N>; readonly time?: number },
): number {
  const { state, time } = options;
  return compile("scalarAt", system as unknown as DynamicalSystem, options, interpreter)(state, time);
}

/**
 * The scalar that a system was declared with as a compiled function of the state, for contour lines and densities: see
 * {@link scalarAt}. Parameters and input are read once.
 *
 *     const energy = scalarFunction(pendulum, { parameters: { mass: 1 } });
 *     energy({ q: 2, p: 0 });
 *
 * @throws InputError for a system without a scalar (a force, a map, a native system), or values that do not fit; the
 * function, for a state that does not fit
 */
export function scalarFunction<N extends BlockNames>(
  system: DynamicalSystem<N>,
  ...[options]: ScalarArguments<N>
): ScalarFunction<N> {
  return compile("scalarFunction", system as unknown as DynamicalSystem, options, defaultBackend());
}

const namesOf = (blocks: readonly { readonly name: string }[]): string[] => blocks.map(({ name }) => name);

function compile(
  field: string,
  system: DynamicalSystem,
  { parameters = {}, input = {} }: ScalarOptions<BlockNames> = {},
  backend: Backend,
): ScalarFunction<BlockNames> {
  if (system.scalar === undefined) {
    throw new InputError({
      field,
      given: `"${system.name}", which follows from no scalar`,
      expected: "an energy, Hamiltonian, Lagrangian or skew-gradient system",
    });
  }
  const { inputs, outputs, run } = backend.compileFunction({ outputs: [system.scalar] });
  const [result] = outputs as [Float64Array];
  for (const [name, { data }] of Object.entries(readParameters(system, parameters, 1))) inputs[name]?.set(data);
  checkNames("input", input, namesOf(system.input));
  for (const block of system.input) inputs[block.name]?.set(readBlock("input", block, input));
  const names = namesOf(system.state);
  return (state, time = 0) => {
    checkNames("state", state, names);
    for (const block of system.state) {
      const value = state[block.name];
      // Numbers take a short way: they are what is asked for at every point of a plane.
      if (Number.isFinite(value)) inputs[block.name]?.fill(value as number);
      else inputs[block.name]?.set(readBlock("state", block, state));
    }
    inputs[TIME]?.fill(time);
    run();
    return result[0] as number;
  };
}
