import {
  type Attributes,
  apply,
  type BatchOperand,
  type Complex,
  type Expression,
  type Primitive,
  type Shape,
  ShapeError,
  sizeOf,
} from "../expression.js";
import { rearrangement, reshape, slice } from "./rearrangement.js";

interface GatherAttributes extends Attributes {
  readonly indices: Int32Array;
}

const indexKey = ({ indices }: GatherAttributes): string => indices.join();

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
export const gatherPrimitive: Primitive<GatherAttributes> = {
  ...rearrangement<GatherAttributes>({
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
    batched: (operand, node, size) => {
      const [, rows, ...rest] = operand.shape as [number, number, ...number[]];
      const table = repeatTable(node.attributes.indices, size, rows);
      return reshape(gather(reshape(operand, [size * rows, ...rest]), table), [size, ...node.shape]);
    },
  }),
  key: indexKey,
};

interface ScatterAttributes extends Attributes {
  readonly table: Int32Array;
  readonly shape: Shape;
}

/** out[table[i]] += a[i] over flat indices; entries with a negative index are dropped. The adjoint of a gather. */
export const scatterAddPrimitive: Primitive<ScatterAttributes> = {
  name: "scatterAdd",
  shape([operand], { table, shape }) {
    if (sizeOf(operand as Shape) !== table.length) {
      throw new ShapeError(`scatterAdd: ${table.length} indices for [${(operand as Shape).join(", ")}]`);
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
  pushforward: (node, [tangent]) => apply(scatterAddPrimitive, [tangent as Expression], node.attributes),
  pullback: (node, cotangent) => [adjointOfScatter(node, cotangent)],
  complex: (node, [z]) => {
    const { real, imaginary } = z as Complex;
    return {
      real: apply(scatterAddPrimitive, [real], node.attributes),
      imaginary: imaginary && apply(scatterAddPrimitive, [imaginary], node.attributes),
    };
  },
  batch: (node, [operand], size) =>
    apply(scatterAddPrimitive, [(operand as BatchOperand).expression], {
      table: repeatTable(node.attributes.table, size, sizeOf(node.shape)),
      shape: [size, ...node.shape],
    }),
  key: ({ table, shape }) => `${table.join()}:${shape.join()}`,
};

interface ReadAttributes extends ScatterAttributes {}

/** out[i] = a[table[i]] over flat indices, 0 where negative: the adjoint of {@link scatterAddPrimitive}. */
export const flatReadPrimitive: Primitive<ReadAttributes> = {
  ...rearrangement<ReadAttributes>({
    name: "flatRead",
    shape: (operand, { table, shape }) => {
      const size = sizeOf(operand);
      if (table.length !== sizeOf(shape) || table.some((index) => index >= size)) {
        throw new ShapeError(`flatRead: the table does not read [${shape.join(", ")}] from [${operand.join(", ")}]`);
      }
      return shape;
    },
    source: (_operand, { table }) => table,
    fillsZeros: ({ table }) => table.some((index) => index < 0),
    batched: (operand, node, size) =>
      apply(flatReadPrimitive, [operand], {
        table: repeatTable(node.attributes.table, size, sizeOf(operand.shape) / size),
        shape: [size, ...node.shape],
      }),
  }),
  key: ({ table, shape }) => `${table.join()}:${shape.join()}`,
};

function adjointOfScatter(node: Expression<ScatterAttributes>, cotangent: Expression): Expression {
  const { shape } = node.operands[0] as Expression;
  return apply(flatReadPrimitive, [cotangent], { table: node.attributes.table, shape });
}

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
