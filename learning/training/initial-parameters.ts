import { InputError } from "../../core/errors.js";
import { sizeOf } from "../../core/expression/expression.js";
import { RandomStream } from "../../core/random.js";
import type { BlockNames, DynamicalSystem, ParameterBlock } from "../../core/system.js";
import { crc32 } from "./crc32.js";

/** Options of {@link initialParameters}. */
export interface InitialParametersOptions<Names extends string = string> {
  /** An integer from 0 to 2^53 - 1. @defaultValue 0 */
  readonly seed?: number;
  /** Multiplies the random numbers, for all matrices or by block name. @defaultValue 1 */
  readonly scale?: number | { readonly [K in Names]?: number };
}

/**
 * Values to start learning from. A block with a default has it; a matrix of the shape [outputs, inputs] is drawn uniformly
 * from +-scale sqrt(6 / (inputs + outputs)), which keeps the variance of signals about the same in both directions; for
 * kernels of the shape [outputs, inputs, ...window] both numbers count with the size of the window. Scalars and vectors
 * without default are zero.
 *
 * Each block is drawn from a random stream of its own, numbered by the CRC-32 of its name: the same seed gives a block the
 * same values whatever other blocks there are.
 *
 * Source: Glorot & Bengio 2010.
 *
 * @throws InputError for a seed out of range, or a scale that is negative or belongs to no parameter
 */
export function initialParameters<N extends BlockNames>(
  system: DynamicalSystem<N>,
  options: InitialParametersOptions<N["parameters"]> = {},
): { [K in N["parameters"]]: Float64Array } {
  const { seed = 0, scale = 1 } = options;
  const scales = scale as number | Readonly<Record<string, number | undefined>>;
  checkScales(scales, system.parameters);
  const drawn = system.parameters.map((block): [string, Float64Array] => {
    const factor = typeof scales === "number" ? scales : (scales[block.name] ?? 1);
    return [block.name, drawBlock(block, seed, factor)];
  });
  return Object.fromEntries(drawn) as { [K in N["parameters"]]: Float64Array };
}

function drawBlock(block: ParameterBlock, seed: number, scale: number): Float64Array {
  const { name, shape } = block;
  const values = new Float64Array(sizeOf(shape));
  if (typeof block.default === "number") return values.fill(block.default);
  if (block.default !== undefined) return block.default.slice();
  const random = new RandomStream(seed, crc32(new TextEncoder().encode(name)));
  if (shape.length < 2) return values;
  const [outputs = 1, inputs = 1] = shape;
  const window = sizeOf(shape.slice(2));
  const limit = scale * Math.sqrt(6 / ((inputs + outputs) * window));
  return values.map(() => limit * (2 * random.nextUniform() - 1));
}

function checkScales(
  scales: number | Readonly<Record<string, number | undefined>>,
  blocks: readonly ParameterBlock[],
): void {
  for (const [name, value] of typeof scales === "number" ? [["", scales] as const] : Object.entries(scales)) {
    const field = name === "" ? "initialParameters scale" : `initialParameters scale.${name}`;
    if (name !== "" && !blocks.some((block) => block.name === name)) {
      const expected = `some of ${blocks.map((block) => block.name).join(", ")}`;
      throw new InputError({ field, given: "a name the system does not declare", expected });
    }
    if (value !== undefined && !(value >= 0 && Number.isFinite(value))) {
      throw new InputError({ field, given: String(value), expected: "a number, 0 or more" });
    }
  }
}
