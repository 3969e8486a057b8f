import fc from "fast-check";
import { type Shape, sizeOf } from "../../core/expression/expression.js";
import type { BlockNames, DynamicalSystem, ParameterBlock, StateBlock } from "../../core/system.js";
import { TIME } from "../../core/system.js";
import { allFinite, type PointValues, pointFunction } from "../measures/point-function.js";
import { arbitraryArray } from "./arrays.js";
import { positiveParameters } from "./positive-parameters.js";
import type { Range } from "./task-data.js";

/** Options of {@link arbitrarySystemPoint}. */
export interface SystemPointOptions<Names extends string = string> {
  /** Ranges by block name, for states, parameters and inputs. @defaultValue see {@link arbitrarySystemPoint} */
  readonly ranges?: { readonly [K in Names]?: Range };
  /** How far from its bounds a bounded state stays, as a part of their distance. @defaultValue 0.02 */
  readonly margin?: number;
}

type NamesOfSystem<N extends BlockNames> = N["state"] | N["parameters"] | N["input"];

/** A parameter of default 0 varies by this much. */
const AROUND_ZERO = 0.2;
const LATEST = 3;

/**
 * Random times, states, parameters and inputs of a system, by name. Times lie between 0 and 3; states and inputs between
 * -1.2 and 1.2, or inside the bounds; parameters within 20 % of their default (plus and minus 0.2 where that is 0), of those
 * without a default scalars between 0.5 and 1.5 (they often are masses and stiffnesses) and arrays between -0.8 and 0.8,
 * divided by the root of the longest axis for matrices.
 *
 * A system whose field is not finite at most of these points (it takes the root or the logarithm of a state) gets states,
 * inputs and arrays between 0.5 and 1.5 instead.
 */
export function arbitrarySystemPoint<N extends BlockNames>(
  system: DynamicalSystem<N>,
  options: SystemPointOptions<NamesOfSystem<N>> = {},
): fc.Arbitrary<PointValues> {
  const erased = system as DynamicalSystem;
  const everywhere = pointsOf(erased, options, false);
  const evaluate = pointFunction([...erased.field.values()]);
  const tried = fc.sample(everywhere, { numRuns: 12, seed: 1 });
  const finite = tried.filter((point) => allFinite(evaluate(point))).length;
  return finite >= tried.length / 2 ? everywhere : pointsOf(erased, options, true);
}

function pointsOf(system: DynamicalSystem, options: SystemPointOptions, positive: boolean): fc.Arbitrary<PointValues> {
  const { margin = 0.02 } = options;
  const { state, parameters, input } = system;
  const mustBePositive = positiveParameters(system);
  const ranges = (options.ranges ?? {}) as Readonly<Record<string, Range | undefined>>;
  const usual: Range = positive ? [0.5, 1.5] : [-1.2, 1.2];
  const entries = [
    [TIME, arbitraryArray([], 0, LATEST)],
    ...state.map((block) => [
      block.name,
      arbitraryArray(block.shape, ...(ranges[block.name] ?? within(block, usual, margin))),
    ]),
    ...parameters.map((block) => [
      block.name,
      arbitraryParameter(block, ranges[block.name], positive || mustBePositive.has(block.name)),
    ]),
    ...input.map(({ name, shape }) => [name, arbitraryArray(shape, ...(ranges[name] ?? usual))]),
  ];
  return fc.record(Object.fromEntries(entries) as Record<string, fc.Arbitrary<Float64Array>>);
}

/** The range of a block, inside its bounds. */
function within({ bounds }: StateBlock, usual: Range, margin: number): Range {
  if (bounds === undefined) return usual;
  const [low, high] = bounds;
  const width = Number.isFinite(high - low) ? high - low : usual[1] - usual[0];
  const gap = margin * width;
  if (Number.isFinite(low)) return [low + gap, low + width - gap];
  return Number.isFinite(high) ? [high - width + gap, high - gap] : usual;
}

function arbitraryParameter(
  { shape, default: usual }: ParameterBlock,
  range: Range | undefined,
  positive: boolean,
): fc.Arbitrary<Float64Array> {
  if (range !== undefined) return arbitraryArray(shape, ...range);
  if (usual !== undefined) {
    return arbitraryArray(shape, -1, 1).map((steps) =>
      steps.map((step, k) => {
        const value = typeof usual === "number" ? usual : (usual[k] as number);
        return value === 0 ? AROUND_ZERO * step : value * (1 + 0.2 * step);
      }),
    );
  }
  if (shape.length === 0 || positive) return arbitraryArray(shape, 0.5, 1.5);
  const reach = shape.length < 2 ? 0.8 : 0.8 / Math.sqrt(Math.max(...shape));
  return arbitraryArray(shape, -reach, reach);
}

/**
 * Random directions in which blocks move, each on the scale of a point's own values: an entry moves at most by the largest
 * entry of its block there, or by 1 where the block is 0.
 */
export const arbitraryDirection = (
  blocks: readonly { readonly name: string; readonly shape: Shape }[],
): fc.Arbitrary<PointValues> =>
  fc.record(Object.fromEntries(blocks.map(({ name, shape }) => [name, arbitraryUnits(shape)])));

/** Entries between 1/2 and 1 or -1 and -1/2, so that a direction never misses an entry. */
const arbitraryUnits = (shape: Shape): fc.Arbitrary<Float64Array> =>
  fc
    .tuple(
      arbitraryArray(shape, 0.5, 1),
      fc.array(fc.boolean(), { minLength: sizeOf(shape), maxLength: sizeOf(shape) }),
    )
    .map(([sizes, signs]) => sizes.map((size, k) => (signs[k] ? -size : size)));
