import { describeGiven } from "../block-declarations.js";
import { formatShape, InputError } from "../errors.js";
import { type Shape, sizeOf } from "../expression/expression.js";
import type { ParameterValues } from "../simulation/options.js";
import { blockValues, checkNames } from "../simulation/values.js";
import type { NumericValue, ParameterBlock, StateArray } from "../system.js";
import type { LayeredAction, LayerNames } from "./layered-action.js";

/**
 * Parameter values by name; those with a default may be left out. A parameter of the couplings has one value for all of them
 * or a leading axis of couplings.
 */
export type LayerParameterValues<N extends LayerNames> = ParameterValues<{
  readonly state: string;
  readonly parameters: N["own"] | N["shared"];
  readonly input: never;
  readonly defaults: N extends { readonly defaults: infer D extends string } ? D : N["own"] | N["shared"];
}>;

/** Flat parameter values by name: [layers, ...shape] for the couplings' own, [...shape] for shared ones. */
export type LayerParameters = Readonly<Record<string, Float64Array>>;

type Given = Readonly<Record<string, NumericValue | undefined>>;

interface Block {
  readonly name: string;
  readonly shape: Shape;
}

/** Refuses a number of layers that is not a whole number from 1 on. */
export function checkLayers(field: string, layers: number): void {
  if (Number.isSafeInteger(layers) && layers >= 1) return;
  throw new InputError({ field, given: describeGiven(layers), expected: "a whole number from 1 on" });
}

function givenValue(field: string, { name, shape }: Block, given: Given, fallback?: NumericValue): NumericValue {
  const value = (Object.hasOwn(given, name) ? given[name] : undefined) ?? fallback;
  if (value !== undefined) return value;
  throw new InputError({
    field: `${field}.${name}`,
    given: "nothing",
    expected: `a value of the shape ${formatShape(shape)}`,
  });
}

/**
 * Reads the parameters of an action of so many couplings, defaults filled in.
 *
 * @throws InputError for names that are not declared, values that are missing, or shapes that do not fit
 */
export function readLayerParameters(action: LayeredAction, layers: number, given: Given = {}): LayerParameters {
  checkNames(
    "parameters",
    given,
    [...action.own, ...action.shared].map(({ name }) => name),
  );
  const read = (block: ParameterBlock, couplings?: number): readonly [string, Float64Array] => {
    const field = `parameters.${block.name}`;
    const value = givenValue("parameters", block, given, block.default);
    const { data, perTrajectory } = blockValues(field, value, block.shape, couplings);
    if (couplings === undefined || perTrajectory || couplings === 1) return [block.name, data];
    return [
      block.name,
      Float64Array.from({ length: couplings * data.length }, (_, k) => data[k % data.length] as number),
    ];
  };
  return Object.fromEntries([
    ...action.own.map((block) => read(block, layers)),
    ...action.shared.map((block) => read(block)),
  ]);
}

/**
 * Reads one value per block, each with `rows` leading rows where given, and joins the blocks row by row: row i of the result
 * holds row i of every block, flat and in order.
 *
 * @throws InputError for names that are not declared, values that are missing, or shapes that do not fit
 */
export function readRows(field: string, blocks: readonly Block[], given: Given, rows?: number): Float64Array[] {
  checkNames(
    field,
    given,
    blocks.map(({ name }) => name),
  );
  const arrays = blocks.map((block) => {
    const shape = rows === undefined ? block.shape : [rows, ...block.shape];
    return blockValues(`${field}.${block.name}`, givenValue(field, { ...block, shape }, given), shape).data;
  });
  return Array.from({ length: rows ?? 1 }, (_, row) =>
    Float64Array.from(
      blocks.flatMap(({ shape }, k) => {
        const size = sizeOf(shape);
        return [...(arrays[k] as Float64Array).subarray(row * size, (row + 1) * size)];
      }),
    ),
  );
}

/** Undoes {@link readRows}: one array [rows, ...shape] per block, or [...shape] of a single row where `stacked` is false. */
export function rowsToBlocks(
  rows: readonly Float64Array[],
  blocks: readonly Block[],
  stacked = true,
): Record<string, StateArray> {
  let first = 0;
  return Object.fromEntries(
    blocks.map(({ name, shape }) => {
      const start = first;
      first += sizeOf(shape);
      const data = Float64Array.from(rows.flatMap((row) => [...row.subarray(start, first)]));
      return [name, { data, shape: stacked ? [rows.length, ...shape] : shape }];
    }),
  );
}
