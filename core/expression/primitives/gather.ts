import {
  type Attributes,
  apply,
  type Expression,
  type Primitive,
  type Shape,
  ShapeError,
  sizeOf,
} from "../expression.js";
import { contentNumber } from "./content.js";
import { linear, rearrangement } from "./linear.js";
import { reshape, slice } from "./rearrangement.js";

interface GatherAttributes extends Attributes {
  readonly indices: Int32Array;
}

/** The table of `indices` applied to blocks of `inner` consecutive entries. */
function blockTable(indices: Int32Array, inner: number): Int32Array {
  if (inner === 1) return indices;
  return Int32Array.from({ length: indices.length * inner }, (_, flat) => {
    const index = indices[Math.floor(flat / inner)] as number;
    return index < 0 ? -1 : index * inner + (flat % inner);
  });
}

/** The table repeated for `size` trajectories of `extent` entries. */
function repeatTable(table: Int32Array, size: number, extent: number): Int32Array {
  return Int32Array.from({ length: size * table.length }, (_, flat) => {
    const source = table[flat % table.length] as number;
    return source < 0 ? -1 : Math.floor(flat / table.length) * extent + source;
  });
}

/** Rows along the first axis, in the order of `indices`. */
export const gatherPrimitive: Primitive<GatherAttributes> = rearrangement<GatherAttributes>({
  name: "gather",
  shape: (operand, { indices }) => {
    const rows = operand[0];
    const bad = rows === undefined ? undefined : indices.find((index) => index < 0 || index >= rows);
    if (rows === undefined || bad !== undefined) {
      throw new ShapeError(`gather: index ${bad ?? "given"} is outside the first axis of [${operand.join(", ")}]`);
    }
    return [indices.length, ...operand.slice(1)];
  },
  source: (operand, { indices }) => blockTable(indices, sizeOf(operand.slice(1))),
  adjoint: ({ operands, attributes }, cotangent) =>
    scatterAddRows(cotangent, attributes.indices, (operands[0] as Expression).shape[0] as number),
  batched: (operand, node, size) => {
    const [, rows, ...rest] = operand.shape as [number, number, ...number[]];
    const table = repeatTable(node.attributes.indices, size, rows);
    return reshape(gather(reshape(operand, [size * rows, ...rest]), table), [size, ...node.shape]);
  },
  key: ({ indices }) => String(contentNumber(indices)),
});

interface ScatterAttributes extends Attributes {
  readonly table: Int32Array;
  readonly shape: Shape;
}

const scatterKey = ({ table, shape }: ScatterAttributes): string => `${contentNumber(table)}:${shape.join()}`;

/** out[table[i]] += a[i] over flat indices; entries with a negative index are dropped. The adjoint of a gather. */
export const scatterAddPrimitive: Primitive<ScatterAttributes> = linear<ScatterAttributes>({
  name: "scatterAdd",
  shape(operand, { table, shape }) {
    if (sizeOf(operand) !== table.length) {
      throw new ShapeError(`scatterAdd: ${table.length} indices for [${operand.join(", ")}]`);
    }
    const size = sizeOf(shape);
    const bad = table.find((index) => index >= size);
    if (bad !== undefined) throw new ShapeError(`scatterAdd: index ${bad} is outside [${shape.join(", ")}]`);
    return shape;
  },
  evaluate({ node, operands, out }) {
    const { table } = node.attributes;
    const from = operands[0] as Float64Array;
    out.fill(0);
    for (let i = 0; i < table.length; i++) {
      const target = table[i] as number;
      if (target >= 0) out[target] = (out[target] as number) + (from[i] as number);
    }
  },
  adjoint: (node, cotangent) =>
    apply(flatReadPrimitive, [cotangent], {
      table: node.attributes.table,
      shape: (node.operands[0] as Expression).shape,
    }),
  batched: (operand, node, size) =>
    apply(scatterAddPrimitive, [operand], {
      table: repeatTable(node.attributes.table, size, sizeOf(node.shape)),
      shape: [size, ...node.shape],
    }),
  key: scatterKey,
});

/** out[i] = a[table[i]] over flat indices, 0 where negative: the adjoint of {@link scatterAddPrimitive}. */
export const flatReadPrimitive: Primitive<ScatterAttributes> = rearrangement<ScatterAttributes>({
  name: "flatRead",
  shape: (operand, { table, shape }) => {
    const size = sizeOf(operand);
    if (table.length !== sizeOf(shape) || table.some((index) => index >= size)) {
      throw new ShapeError(`flatRead: the table does not read [${shape.join(", ")}] from [${operand.join(", ")}]`);
    }
    return shape;
  },
  source: (_operand, { table }) => table,
  adjoint: ({ operands, attributes }, cotangent) =>
    scatterAdd(cotangent, attributes.table, (operands[0] as Expression).shape),
  fillsZeros: ({ table }) => table.some((index) => index < 0),
  batched: (operand, node, size) =>
    apply(flatReadPrimitive, [operand], {
      table: repeatTable(node.attributes.table, size, sizeOf(operand.shape) / size),
      shape: [size, ...node.shape],
    }),
  key: scatterKey,
});

/** Rows along the first axis, in the order of `indices`. */
export const gather = (a: Expression, indices: ArrayLike<number>): Expression =>
  apply(gatherPrimitive, [a], { indices: Int32Array.from(indices) });

/** out[table[i]] += a[i] over flat indices of a result of the given shape. */
export const scatterAdd = (a: Expression, table: ArrayLike<number>, shape: Shape): Expression =>
  apply(scatterAddPrimitive, [a], { table: Int32Array.from(table), shape: [...shape] });

/** Sums rows into `count` groups along the first axis: row k is added to row indices[k] (edges of a graph to its sites). */
export function scatterAddRows(a: Expression, indices: ArrayLike<number>, count: number): Expression {
  const rest = a.shape.slice(1);
  return scatterAdd(a, blockTable(Int32Array.from(indices), sizeOf(rest)), [count, ...rest]);
}

/** A scalar read from a flat position. */
export const entry = (a: Expression, position: number): Expression =>
  reshape(slice(reshape(a, [sizeOf(a.shape)]), 0, position, position + 1), []);
