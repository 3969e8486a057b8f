import type { Expression } from "../expression/expression.js";
import { type Surface, surfaceOf, surfaceOperands } from "./surface.js";

/** A printed part: its text and how tightly its outermost syntax binds. */
export interface Piece {
  readonly text: string;
  readonly level: number;
}

/** How an expression is printed. */
export interface Style {
  /** The text of a surface from those of its operands. */
  render(surface: Surface, pieceOf: (operand: Expression) => Piece): Piece;
  /** A new name for a shared part. */
  freshName(): Piece;
  /** A part that is used again and has more nodes than this gets a name. */
  readonly repeatable: number;
  /** A part that is nested deeper than this gets a name. */
  readonly depth: number;
}

/** A named part. */
export interface Binding {
  readonly name: string;
  readonly value: string;
}

/** Everything that is printed, operands first; iterative, because graphs can be deeper than the stack. */
function printedNodes(output: Expression): Map<Expression, { readonly surface: Surface; uses: number }> {
  const surfaces = new Map<Expression, Surface>();
  const finished = new Map<Expression, { readonly surface: Surface; uses: number }>();
  const pending = [output];
  for (let node = pending.at(-1); node !== undefined; node = pending.at(-1)) {
    const known = surfaces.get(node);
    if (known === undefined) {
      const surface = surfaceOf(node);
      surfaces.set(node, surface);
      for (const operand of surfaceOperands(surface)) if (!surfaces.has(operand)) pending.push(operand);
    } else {
      pending.pop();
      if (!finished.has(node)) finished.set(node, { surface: known, uses: 0 });
    }
  }
  for (const { surface } of finished.values()) {
    for (const operand of surfaceOperands(surface)) (finished.get(operand) as { uses: number }).uses++;
  }
  return finished;
}

interface SizedPiece extends Piece {
  readonly size: number;
  readonly depth: number;
}

/**
 * Prints an expression. Parts that are used again become bindings, unless they are small; so the text grows with the graph
 * and not with the number of paths through it.
 */
export function renderShared(
  output: Expression,
  style: Style,
): { readonly bindings: readonly Binding[]; readonly value: string } {
  const pieces = new Map<Expression, SizedPiece>();
  const bindings: Binding[] = [];
  for (const [node, { surface, uses }] of printedNodes(output)) {
    const piece = style.render(surface, (operand) => pieces.get(operand) as Piece);
    let size = 1;
    let depth = 0;
    surfaceOperands(surface).forEach((operand, k) => {
      const inner = pieces.get(operand) as SizedPiece;
      size += inner.size;
      // A chain a + b - c is read in a loop, so its left part is not nested.
      const chained = k === 0 && surface.kind === "binary" && surface.operator !== "^" && inner.level === piece.level;
      depth = Math.max(depth, inner.depth + (chained ? 0 : 1));
    });
    if (node !== output && ((uses > 1 && size > style.repeatable) || depth > style.depth)) {
      const name = style.freshName();
      bindings.push({ name: name.text, value: piece.text });
      pieces.set(node, { ...name, size: 1, depth: 0 });
    } else pieces.set(node, { ...piece, size, depth });
  }
  return { bindings, value: (pieces.get(output) as Piece).text };
}
