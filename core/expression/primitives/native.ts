import { InputError } from "../../errors.js";
import { type Attributes, apply, type Expression, type Primitive, type Shape, sizeOf } from "../expression.js";
import { constant } from "./leaves.js";
import { broadcast, reshape, slice } from "./rearrangement.js";
import { sum } from "./sum.js";

/** Flat row-major arrays by block name. */
export type NativeArrays<Names extends string = string> = { readonly [K in Names]: Float64Array };

/** Arrays for every block a native field depends on. */
export interface NativeGroups<S extends string = string, P extends string = string, I extends string = string> {
  readonly state: NativeArrays<S>;
  readonly parameters: NativeArrays<P>;
  readonly input: NativeArrays<I>;
}

/**
 * A field written by hand over flat arrays, with its derivatives where there are any. The arrays of `out` are zero before a
 * call; whatever a function reads or writes is its own only during the call.
 */
export interface NativeField<
  S extends string = string,
  P extends string = string,
  I extends string = string,
  O extends string = S,
> {
  /** Writes the field at a time, state, parameters and input to `out`. */
  field(
    time: number,
    state: NativeArrays<S>,
    parameters: NativeArrays<P>,
    input: NativeArrays<I>,
    out: NativeArrays<O>,
  ): void;
  /** Writes J v: the change of the field along a direction of state, parameters and input. */
  jacobianProduct?(
    time: number,
    state: NativeArrays<S>,
    parameters: NativeArrays<P>,
    input: NativeArrays<I>,
    direction: NativeGroups<S, P, I>,
    out: NativeArrays<O>,
  ): void;
  /** Writes J' w for one number per entry of the field. */
  transposedJacobianProduct?(
    time: number,
    state: NativeArrays<S>,
    parameters: NativeArrays<P>,
    input: NativeArrays<I>,
    cotangent: NativeArrays<O>,
    out: NativeGroups<S, P, I>,
  ): void;
}

interface NativeBlock {
  readonly name: string;
  readonly shape: Shape;
}

/** A native field with the blocks it reads and writes. */
export interface NativeDefinition {
  /** Tells definitions apart; see {@link nativeDefinition}. */
  readonly id: number;
  /** How error texts name the field. */
  readonly label: string;
  readonly groups: { readonly [K in keyof NativeGroups]: readonly NativeBlock[] };
  readonly outputs: readonly NativeBlock[];
  readonly functions: NativeField;
}

interface NativeAttributes extends Attributes {
  readonly definition: NativeDefinition;
  readonly compute: keyof NativeField;
  /** Which operands carry a leading trajectory axis. */
  readonly batched: readonly boolean[];
  /** The extent of that axis, which the result has too; `undefined` without one. */
  readonly trajectories: number | undefined;
}

let nextDefinition = 0;

/** Makes a definition with an identity of its own. */
export const nativeDefinition = (definition: Omit<NativeDefinition, "id">): NativeDefinition => ({
  ...definition,
  id: nextDefinition++,
});

const GROUPS = ["state", "parameters", "input"] as const;
const argumentsOf = ({ groups }: NativeDefinition): NativeBlock[] => GROUPS.flatMap((group) => groups[group]);
const sizeOfBlocks = (blocks: readonly NativeBlock[]): number =>
  blocks.reduce((total, { shape }) => total + sizeOf(shape), 0);

/** What a call of the user's function gets, as views on the buffers of one node and trajectory. */
interface Frame {
  readonly time: Float64Array;
  readonly given: NativeGroups;
  /** The direction or cotangent. */
  readonly along: NativeGroups | NativeArrays | undefined;
  readonly out: NativeGroups | NativeArrays;
}

interface BoundBuffers {
  readonly operands: readonly Float64Array[];
  readonly out: Float64Array;
  readonly frames: readonly Frame[];
}

const bound = new WeakMap<Expression, BoundBuffers>();

/** Views on consecutive blocks of a buffer. */
function views(buffer: Float64Array, blocks: readonly NativeBlock[]): NativeArrays {
  let offset = 0;
  return Object.fromEntries(
    blocks.map(({ name, shape }) => {
      const start = offset;
      offset += sizeOf(shape);
      return [name, buffer.subarray(start, offset)];
    }),
  );
}

function groupedViews(buffer: Float64Array, { groups }: NativeDefinition): NativeGroups {
  const [state, parameters, input] = GROUPS.map((group) => sizeOfBlocks(groups[group])) as [number, number, number];
  return {
    state: views(buffer.subarray(0, state), groups.state),
    parameters: views(buffer.subarray(state, state + parameters), groups.parameters),
    input: views(buffer.subarray(state + parameters, state + parameters + input), groups.input),
  };
}

/** Groups one array per argument block. */
function grouped(arrays: readonly Float64Array[], { groups }: NativeDefinition): NativeGroups {
  let next = 0;
  const take = (blocks: readonly NativeBlock[]): NativeArrays =>
    Object.fromEntries(blocks.map(({ name }) => [name, arrays[next++] as Float64Array]));
  return { state: take(groups.state), parameters: take(groups.parameters), input: take(groups.input) };
}

function frameOf(
  { attributes }: Expression<NativeAttributes>,
  operands: readonly Float64Array[],
  out: Float64Array,
  lane: number,
): Frame {
  const { definition, compute, batched, trajectories = 1 } = attributes;
  const own = operands.map((operand, k) => {
    const size = operand.length / (batched[k] ? trajectories : 1);
    return batched[k] ? operand.subarray(lane * size, (lane + 1) * size) : operand;
  });
  const result = out.subarray((lane * out.length) / trajectories, ((lane + 1) * out.length) / trajectories);
  const count = argumentsOf(definition).length;
  const [time, ...rest] = own as [Float64Array, ...Float64Array[]];
  const given = grouped(rest, definition);
  const extra = rest.slice(count);
  if (compute === "field") return { time, given, along: undefined, out: views(result, definition.outputs) };
  return compute === "jacobianProduct"
    ? { time, given, along: grouped(extra, definition), out: views(result, definition.outputs) }
    : {
        time,
        given,
        along: views(extra[0] as Float64Array, definition.outputs),
        out: groupedViews(result, definition),
      };
}

/** The frames of a node, kept while its buffers stay the same so that running allocates nothing. */
function framesOf(
  node: Expression<NativeAttributes>,
  operands: readonly Float64Array[],
  out: Float64Array,
): readonly Frame[] {
  const known = bound.get(node);
  if (known?.out === out && known.operands.every((operand, k) => operand === operands[k])) return known.frames;
  const lanes = node.attributes.trajectories ?? 1;
  const frames = Array.from({ length: lanes }, (_, lane) => frameOf(node, operands, out, lane));
  bound.set(node, { operands: [...operands], out, frames });
  return frames;
}

function call({ definition, compute }: NativeAttributes, { time, given, along, out }: Frame): void {
  const { functions } = definition;
  const { state, parameters, input } = given;
  const now = time[0] as number;
  if (compute === "field") functions.field(now, state, parameters, input, out as NativeArrays);
  else if (compute === "jacobianProduct") {
    functions.jacobianProduct?.(now, state, parameters, input, along as NativeGroups, out as NativeArrays);
  } else {
    functions.transposedJacobianProduct?.(now, state, parameters, input, along as NativeArrays, out as NativeGroups);
  }
}

function missing(definition: NativeDefinition, what: string, remedy?: string): InputError {
  return new InputError({
    field: definition.label,
    given: `no ${what}`,
    expected: "one, as the calculation needs it",
    ...(remedy === undefined ? {} : { remedy }),
  });
}

const SECOND = "second derivatives (a native field has first ones only)";
const BY_TIME = "derivative with respect to the time";

interface UnavailableAttributes extends Attributes {
  readonly definition: NativeDefinition;
  readonly what: string;
  readonly shape: Shape;
}

/** Stands for a derivative a native field does not have: harmless unless a value is asked for, which is an error. */
const unavailablePrimitive: Primitive<UnavailableAttributes> = {
  name: "unavailable",
  shape: (_operands, { shape }) => shape,
  evaluate({ node: { attributes } }) {
    throw missing(attributes.definition, attributes.what);
  },
  pushforward: () => undefined,
  pullback: () => [],
  complex: { none: "a native field has no complex continuation" },
  batch: (node) => node,
  key: ({ definition, what, shape }) => `${definition.id}:${what}:${shape.join()}`,
};

const unavailable = (definition: NativeDefinition, what: string, { shape }: Expression): Expression =>
  apply(unavailablePrimitive, [], { definition, what, shape });

/** The operands a function of the same node shares: time and arguments. */
function sharedOf(node: Expression<NativeAttributes>): { operands: Expression[]; batched: boolean[] } {
  const count = 1 + argumentsOf(node.attributes.definition).length;
  return { operands: node.operands.slice(0, count), batched: node.attributes.batched.slice(0, count) };
}

/** J v for one direction per argument; a direction has the trajectory axis its flag says. */
function product(
  node: Expression<NativeAttributes>,
  directions: readonly Expression[],
  flags: readonly boolean[],
): Expression {
  const { definition } = node.attributes;
  if (definition.functions.jacobianProduct === undefined) {
    throw missing(definition, "jacobianProduct", "give the function that computes J v");
  }
  const { operands, batched } = sharedOf(node);
  return apply(nativePrimitive, [...operands, ...directions], {
    ...node.attributes,
    compute: "jacobianProduct",
    batched: [...batched, ...flags],
  });
}

/** J' w, all arguments one after another. */
function transposedProduct(node: Expression<NativeAttributes>, cotangent: Expression, flag: boolean): Expression {
  const { definition } = node.attributes;
  if (definition.functions.transposedJacobianProduct === undefined) {
    throw missing(definition, "transposedJacobianProduct", "give the function that computes J' w");
  }
  const { operands, batched } = sharedOf(node);
  return apply(nativePrimitive, [...operands, cotangent], {
    ...node.attributes,
    compute: "transposedJacobianProduct",
    batched: [...batched, flag],
  });
}

/** Cuts the last axis of a result into blocks; those flagged as shared are summed over trajectories. */
function split(
  whole: Expression,
  blocks: readonly NativeBlock[],
  trajectories: number | undefined,
  flags: readonly boolean[],
): Expression[] {
  const axis = trajectories === undefined ? 0 : 1;
  const lead = trajectories === undefined ? [] : [trajectories];
  let offset = 0;
  return blocks.map(({ shape }, k) => {
    const start = offset;
    offset += sizeOf(shape);
    const block = reshape(slice(whole, axis, start, offset), [...lead, ...shape]);
    return trajectories !== undefined && !flags[k] ? sum(block, [0]) : block;
  });
}

/** An operand of a node that had `inner` trajectories, over `size` such nodes: [size * inner, ...own]. */
function merged(expression: Expression, own: Shape, outerAxis: boolean, size: number, inner: number): Expression {
  const aligned = outerAxis && expression.shape.length === own.length + 1 ? [size, 1, ...own] : expression.shape;
  return reshape(broadcast(reshape(expression, aligned), [size, inner, ...own]), [size * inner, ...own]);
}

/**
 * A field written by hand, or its Jacobian product or transposed product. Operands: the time, one per block of state,
 * parameters and input, then the directions (one per block) or the cotangent (a vector). The result is a vector of all
 * entries in order. Batched, it calls the function once per trajectory.
 */
export const nativePrimitive: Primitive<NativeAttributes> = {
  name: "native",
  shape(_operands, { definition, compute, trajectories }) {
    const blocks = compute === "transposedJacobianProduct" ? argumentsOf(definition) : definition.outputs;
    return [...(trajectories === undefined ? [] : [trajectories]), sizeOfBlocks(blocks)];
  },
  evaluate({ node, operands, out }) {
    out.fill(0);
    const frames = framesOf(node, operands, out);
    for (let lane = 0; lane < frames.length; lane++) call(node.attributes, frames[lane] as Frame);
  },
  pushforward(node, tangents) {
    const { definition, compute, batched } = node.attributes;
    const count = 1 + argumentsOf(definition).length;
    if (tangents[0] !== undefined) throw missing(definition, BY_TIME);
    const filled = node.operands.map((operand, k) => tangents[k] ?? constant(0, operand.shape));
    if (compute === "field") return product(node, filled.slice(1), batched.slice(1));
    if (tangents.slice(0, count).some((tangent) => tangent !== undefined)) throw missing(definition, SECOND);
    return compute === "jacobianProduct"
      ? product(node, filled.slice(count), batched.slice(count))
      : transposedProduct(node, filled[count] as Expression, batched[count] as boolean);
  },
  pullback(node, cotangent) {
    const { definition, compute, batched, trajectories } = node.attributes;
    const blocks = argumentsOf(definition);
    const [time, ...given] = sharedOf(node).operands as [Expression, ...Expression[]];
    const byTime = unavailable(definition, BY_TIME, time);
    const axis = trajectories !== undefined;
    if (compute === "field") {
      return [byTime, ...split(transposedProduct(node, cotangent, axis), blocks, trajectories, batched.slice(1))];
    }
    const second = [byTime, ...given.map((operand) => unavailable(definition, SECOND, operand))];
    const flags = batched.slice(1 + blocks.length);
    if (compute === "jacobianProduct") {
      return [...second, ...split(transposedProduct(node, cotangent, axis), blocks, trajectories, flags)];
    }
    const lanes = blocks.map(() => axis);
    const moved = product(node, split(cotangent, blocks, trajectories, lanes), lanes);
    return [...second, axis && !flags[0] ? sum(moved, [0]) : moved];
  },
  complex: { none: "a native field has no complex continuation" },
  batch(node, operands, size) {
    const { attributes } = node;
    const { trajectories } = attributes;
    if (trajectories === undefined) {
      return apply(
        nativePrimitive,
        operands.map(({ expression }) => expression),
        { ...attributes, batched: operands.map(({ batched }) => batched), trajectories: size },
      );
    }
    const batched = operands.map((operand, k) => operand.batched || (attributes.batched[k] as boolean));
    const parts = operands.map((operand, k) => {
      const had = attributes.batched[k] as boolean;
      const own = had ? (node.operands[k] as Expression).shape.slice(1) : (node.operands[k] as Expression).shape;
      return batched[k] ? merged(operand.expression, own, operand.batched, size, trajectories) : operand.expression;
    });
    const all = apply(nativePrimitive, parts, { ...attributes, batched, trajectories: size * trajectories });
    return reshape(all, [size, ...node.shape]);
  },
  key: ({ definition, compute, batched, trajectories }) =>
    `${definition.id}:${compute}:${batched.map(Number).join("")}:${trajectories ?? ""}`,
};

/** The native field as expressions of its operands (the time, then every block), one per output block. */
export function nativeField(definition: NativeDefinition, operands: readonly Expression[]): Expression[] {
  const whole = apply(nativePrimitive, operands, {
    definition,
    compute: "field",
    batched: operands.map(() => false),
    trajectories: undefined,
  });
  return split(whole, definition.outputs, undefined, []);
}
