import {
  type AffineView,
  type Attributes,
  apply,
  type BatchOperand,
  type Complex,
  type EmittedForm,
  type Evaluation,
  type Expression,
  type Primitive,
  type Shape,
  sizeOf,
} from "../expression.js";
import { constant, constantValue } from "./leaves.js";

/** What has to be known of a linear map of one operand. */
export interface LinearDefinition<A extends Attributes> {
  readonly name: string;
  shape(operand: Shape, attributes: A): Shape;
  evaluate(call: Evaluation<A>): void;
  /** The transposed map, from the result's shape to the operand's. */
  adjoint(node: Expression<A>, cotangent: Expression): Expression;
  /** The same map with a leading axis of extent `size` on operand and result. */
  batched(operand: Expression, node: Expression<A>, size: number): Expression;
  readonly form?: EmittedForm<A>;
  simplify?(operand: Expression, attributes: A): Expression | undefined;
  key?(attributes: A): string;
}

/** Makes a primitive of a linear map: both derivative modes and the complex form follow from the map and its adjoint. */
export function linear<A extends Attributes>(definition: LinearDefinition<A>): Primitive<A> {
  const { form, key } = definition;
  const primitive: Primitive<A> = {
    name: definition.name,
    shape: ([operand], attributes) => definition.shape(operand as Shape, attributes),
    evaluate: (call) => definition.evaluate(call),
    pushforward: (node, [tangent]) => apply(primitive, [tangent as Expression], node.attributes),
    pullback: (node, cotangent) => [definition.adjoint(node, cotangent)],
    complex(node, [z]) {
      const { real, imaginary } = z as Complex;
      return {
        real: apply(primitive, [real], node.attributes),
        imaginary: imaginary && apply(primitive, [imaginary], node.attributes),
      };
    },
    batch: (node, [operand], size) => definition.batched((operand as BatchOperand).expression, node, size),
    simplify([operand], attributes) {
      const from = operand as Expression;
      if (constantValue(from) === 0) return constant(0, definition.shape(from.shape, attributes));
      return definition.simplify?.(from, attributes);
    },
    ...(form === undefined ? {} : { form }),
    ...(key === undefined ? {} : { key }),
  };
  return primitive;
}

/** A linear map that only moves entries: out[i] = operand[source[i]], or 0 where source[i] < 0. */
export interface RearrangementDefinition<A extends Attributes> extends Omit<LinearDefinition<A>, "evaluate"> {
  /** For each flat output index the flat operand index, or -1 for zero. */
  source(operand: Shape, attributes: A): Int32Array;
  /** Whether the source table may hold -1; by default it does not, so that equal entries stay equal entries. */
  fillsZeros?(attributes: A): boolean;
}

const tables = new WeakMap<Expression, Int32Array>();

/** The source table of a rearrangement node, computed once. */
function tableOf<A extends Attributes>(definition: RearrangementDefinition<A>, node: Expression<A>): Int32Array {
  let table = tables.get(node);
  if (table === undefined) {
    table = definition.source((node.operands[0] as Expression).shape, node.attributes);
    tables.set(node, table);
  }
  return table;
}

/** Makes a primitive of a source table. */
export function rearrangement<A extends Attributes>(definition: RearrangementDefinition<A>): Primitive<A> {
  return linear<A>({
    ...definition,
    evaluate({ node, operands, out }) {
      const table = tableOf(definition, node);
      const from = operands[0] as Float64Array;
      for (let i = 0; i < out.length; i++) {
        const source = table[i] as number;
        out[i] = source < 0 ? 0 : (from[source] as number);
      }
    },
    form: definition.form ?? { kind: "rearrangement" },
    simplify(operand, attributes) {
      const value = constantValue(operand);
      if (value !== undefined && definition.fillsZeros?.(attributes) !== true) {
        return constant(value, definition.shape(operand.shape, attributes));
      }
      return definition.simplify?.(operand, attributes);
    },
  });
}

/** Reads an affine view into a source table. */
export function affineTable(shape: Shape, view: AffineView): Int32Array {
  const table = new Int32Array(sizeOf(shape));
  const index = new Array<number>(shape.length).fill(0);
  for (let flat = 0; flat < table.length; flat++) {
    let position = view.offset;
    for (let axis = 0; axis < shape.length; axis++)
      position += (index[axis] as number) * (view.strides[axis] as number);
    table[flat] = position;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      index[axis] = 0;
    }
  }
  return table;
}
