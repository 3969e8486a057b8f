import type { Backend } from "../compile/program.js";
import { InputError } from "../errors.js";
import { type Expression, sizeOf, topologicalOrder } from "../expression/expression.js";
import { symbol, symbolsOf } from "../expression/primitives/leaves.js";
import { type AnyExpressionSource, readSource } from "../expression-source.js";
import { type DynamicalSystem, type StateArray, TIME } from "../system.js";
import { type Clock, timeAt } from "./clock.js";
import type { InputSource } from "./inputs.js";

/** The run whose states are observed. */
export interface ObservedRun {
  readonly system: DynamicalSystem;
  readonly parameters: Readonly<Record<string, StateArray>>;
  readonly inputs: ReadonlyMap<string, InputSource>;
  readonly clock: Clock;
  readonly trajectories: number | undefined;
}

/** Compiled expressions of a system, evaluated at states of a run. */
export interface Observer {
  /** One buffer per expression: [...shape], with several trajectories [trajectories, ...shape]. */
  readonly outputs: readonly Float64Array[];
  /** Evaluates at the state stored at `position` (counted in states) of the given arrays, which is the state after `step`. */
  observe(states: Readonly<Record<string, Float64Array>>, position: number, step: number): void;
}

/** Reads a formula or function over all symbols of a system and `t`. */
export function readSystemExpression(field: string, source: AnyExpressionSource, system: DynamicalSystem): Expression {
  const blocks = [...system.state, ...system.parameters, ...system.input];
  const scope = new Map(blocks.map((block) => [block.name, block.symbol]));
  return readSource(field, source, scope.set(TIME, symbol(TIME)));
}

/**
 * Compiles expressions of a system's state, parameters, inputs and `t`.
 *
 * @param field the option that gave the expressions, for error messages
 * @throws InputError where an expression depends on a held input, which belongs to steps and has no value at a state
 */
export function observer(
  field: string,
  expressions: readonly Expression[],
  run: ObservedRun,
  backend: Backend,
): Observer {
  const { system, clock } = run;
  const trajectories = run.trajectories ?? 1;
  const stateSizes = new Map(system.state.map(({ name, shape }) => [name, trajectories * sizeOf(shape)]));
  const used = [...symbolsOf(topologicalOrder(expressions)).keys()];
  const held = used.find((name) => run.inputs.get(name)?.timing === "held");
  if (held !== undefined) {
    throw new InputError({
      field,
      given: `the held input ${held}`,
      expected: "quantities that have a value at a state",
      remedy: "give the input at nodes",
    });
  }
  const perTrajectory = new Set<string>(stateSizes.keys());
  for (const { name, shape } of system.parameters) {
    if ((run.parameters[name] as StateArray).shape.length > shape.length) perTrajectory.add(name);
  }
  for (const [name, source] of run.inputs) if (source.perTrajectory) perTrajectory.add(name);

  const compiled = backend.compileFunction({ outputs: expressions }, { trajectories, perTrajectory });
  for (const [name, { data }] of Object.entries(run.parameters)) compiled.inputs[name]?.set(data);
  const states = [...stateSizes].filter(([name]) => compiled.inputs[name] !== undefined);
  const inputs = [...run.inputs].filter(([name]) => compiled.inputs[name] !== undefined);
  const time = compiled.inputs[TIME];
  return {
    outputs: compiled.outputs,
    observe(from, position, step) {
      for (const [name, size] of states) {
        const source = from[name] as Float64Array;
        const target = compiled.inputs[name] as Float64Array;
        const offset = position * size;
        for (let i = 0; i < size; i++) target[i] = source[offset + i] as number;
      }
      for (const [name, source] of inputs) source.write(compiled.inputs[name] as Float64Array, 0, step, 0);
      if (time !== undefined) time[0] = timeAt(clock, step);
      compiled.run();
    },
  };
}
