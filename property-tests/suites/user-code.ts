import ts from "typescript";

/**
 * The lines of a program that its user has to write and read: neither blank, nor comment, nor import. A line counts where a
 * token stands on it, so that comments and strings that look like each other are told apart.
 */
export function userCodeLines(text: string): number {
  const source = ts.createSourceFile("program.ts", text, ts.ScriptTarget.Latest, true);
  const blank = text.split("\n").map((line) => line.trim() === "");
  const lines = new Set<number>();
  const lineAt = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) return;
    const parts = node.getChildren(source);
    parts.forEach(visit);
    if (parts.length > 0 || node.getWidth(source) === 0) return;
    for (let line = lineAt(node.getStart(source)); line <= lineAt(node.end); line++) if (!blank[line]) lines.add(line);
  };
  visit(source);
  return lines.size;
}
