import { formatShape, InputError } from "../errors.js";
import { type Shape, sameShape, sizeOf } from "../expression/expression.js";
import type { DynamicalSystem, NumericValue, StateArray } from "../system.js";
import type { Clock } from "./clock.js";
import { type InputSource, type InputValue, inputSource } from "./inputs.js";
import { blockValues, checkNames, entryName, indexOf, nestedShape } from "./values.js";

/** All parameters, defaults filled in. */
export function readParameters(
  system: DynamicalSystem,
  given: Readonly<Record<string, NumericValue | undefined>>,
  trajectories: number,
): Record<string, StateArray> {
  const names = system.parameters.map(({ name }) => name);
  checkNames("parameters", given, names);
  const values: Record<string, StateArray> = {};
  for (const { name, shape, default: fallback } of system.parameters) {
    const value = ownValue(given, name) ?? fallback;
    const field = `parameters.${name}`;
    if (value === undefined) throw missing(field, shape);
    const { data, perTrajectory } = blockValues(field, value, shape, trajectories);
    values[name] = { data, shape: perTrajectory ? [trajectories, ...shape] : shape };
  }
  return values;
}

/** The value of a block among those given for `field`, flat. */
export function readBlock(
  field: string,
  { name, shape }: { readonly name: string; readonly shape: Shape },
  given: Readonly<Record<string, NumericValue>>,
): Float64Array {
  const value = ownValue(given, name);
  if (value === undefined) throw missing(`${field}.${name}`, shape);
  return blockValues(`${field}.${name}`, value, shape).data;
}

/** All inputs, ready to be sampled. */
export function readInputs(
  system: DynamicalSystem,
  given: Readonly<Record<string, InputValue>>,
  clock: Clock,
  trajectories: number,
): Map<string, InputSource> {
  const names = system.input.map(({ name }) => name);
  checkNames("input", given, names);
  return new Map(
    system.input.map((block) => {
      const value = ownValue(given, block.name);
      if (value === undefined) throw missing(`input.${block.name}`, block.shape);
      return [block.name, inputSource(block, value, { clock, trajectories })];
    }),
  );
}

/** The initial state, [trajectories * size] per block. */
export function readInitial(
  system: DynamicalSystem,
  given: Readonly<Record<string, NumericValue>>,
  trajectories: number,
): Map<string, Float64Array> {
  const names = system.state.map(({ name }) => name);
  checkNames("initial", given, names);
  const initial = new Map<string, Float64Array>();
  for (const { name, shape, bounds } of system.state) {
    const value = ownValue(given, name);
    const field = `initial.${name}`;
    if (value === undefined) throw missing(field, shape);
    if (trajectories === 1) checkOneTrajectory(field, value, shape);
    const { data, perTrajectory } = blockValues(field, value, shape, trajectories);
    const size = sizeOf(shape);
    const outside = bounds === undefined ? -1 : data.findIndex((entry) => entry < bounds[0] || entry > bounds[1]);
    if (bounds !== undefined && outside >= 0) {
      throw new InputError({
        field: entryName(field, indexOf(shape, outside % size)),
        given: String(data[outside]),
        expected: `a number in the block's bounds [${bounds.join(", ")}]`,
      });
    }
    const all = new Float64Array(trajectories * size);
    for (let lane = 0; lane < trajectories; lane++) {
      all.set(perTrajectory ? data.subarray(lane * size, (lane + 1) * size) : data, lane * size);
    }
    initial.set(name, all);
  }
  return initial;
}

/** Refuses several initial states for one trajectory. */
function checkOneTrajectory(field: string, value: NumericValue, shape: Shape): void {
  const [count = 1, ...inner] = nestedShape(value);
  if (count === 1 || !sameShape(inner, shape)) return;
  throw new InputError({
    field,
    given: `the shape ${formatShape([count, ...inner])}`,
    expected: formatShape(shape),
    remedy: `give trajectories: ${count} to run several at once`,
  });
}

function ownValue<Value>(given: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(given, name) ? given[name] : undefined;
}

function missing(field: string, shape: Shape): InputError {
  return new InputError({ field, given: "nothing", expected: `a value of the shape ${formatShape(shape)}` });
}
