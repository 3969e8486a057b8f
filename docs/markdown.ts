type Row = readonly string[];

const cell = (text: string): string => text.replaceAll("|", "\\|");

/** A table. */
export const table = (columns: Row, rows: readonly Row[]): string =>
  [columns, columns.map(() => "---"), ...rows].map((row) => `| ${row.map(cell).join(" | ")} |`).join("\n");

/** A block of text as it stands. */
export const fenced = (text: string, language = "text"): string => `\`\`\`${language}\n${text}\n\`\`\``;
