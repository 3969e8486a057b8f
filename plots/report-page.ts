import { InputError } from "../core/errors.js";
import type { Figure } from "./figure.js";
import { reportStyle } from "./report-style.js";
import { escapeMarkup, formatNumber, splitSuperscripts } from "./text.js";

/** A table; the first cell of each row names the row. */
export interface ReportTable {
  readonly columns: readonly string[];
  /** Numbers are written to four significant digits and set to the right; give a string for another form. */
  readonly rows: readonly (readonly (string | number)[])[];
}

/** One section of a report, shown in the order heading, text, figure, table, note. */
export interface ReportSection {
  readonly heading: string;
  /** Plain text; an empty line starts a new paragraph. */
  readonly text?: string;
  readonly figure?: Figure;
  readonly table?: ReportTable;
  /** Small print. */
  readonly note?: string;
}

/** What {@link reportPage} takes. All text is plain; `^n` becomes a superscript. */
export interface ReportOptions {
  readonly title: string;
  /** The result in a sentence or two, below the title. */
  readonly lead: string;
  readonly sections: readonly ReportSection[];
  readonly footer?: string;
  /** The language of the text as an HTML language tag; default "en". */
  readonly language?: string;
}

/**
 * A complete HTML page in one string: no script, nothing fetched, figures inline. It follows the reader's light or dark
 * scheme, prints, and gives screen readers a description of every figure and headers in every table.
 * @throws InputError when a table row has not one cell for each column.
 */
export function reportPage(options: ReportOptions): string {
  const { title, lead, sections, footer, language = "en" } = options;
  const body = sections.map(renderSection).join("\n");
  return `<!doctype html>
<html lang="${escapeMarkup(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(title)}</title>
<style>${reportStyle()}
</style>
</head>
<body>
<header>
<h1>${renderText(title)}</h1>
<p class="lead">${renderText(lead)}</p>
</header>
<main>
${body}
</main>
${footer === undefined ? "" : `<footer>${renderParagraphs(footer)}</footer>\n`}</body>
</html>
`;
}

function renderSection({ heading, text, figure, table, note }: ReportSection): string {
  const parts = [`<h2>${renderText(heading)}</h2>`];
  if (text !== undefined) parts.push(renderParagraphs(text));
  if (figure !== undefined) parts.push(`<figure>${figure.svg({ background: "transparent" })}</figure>`);
  if (table !== undefined) parts.push(renderTable(table, heading));
  if (note !== undefined) parts.push(`<p class="note">${renderText(note)}</p>`);
  return `<section>\n${parts.join("\n")}\n</section>`;
}

function renderParagraphs(text: string): string {
  const paragraphs = text.split(/\n\s*\n/).filter((paragraph) => paragraph.trim() !== "");
  return paragraphs.map((paragraph) => `<p>${renderText(paragraph.trim())}</p>`).join("\n");
}

function renderTable({ columns, rows }: ReportTable, heading: string): string {
  const numeric = columns.map((_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === "number"));
  const alignment = (i: number) => (numeric[i] ? ' class="number"' : "");
  const head = columns.map((column, i) => `<th scope="col"${alignment(i)}>${renderText(column)}</th>`).join("");
  const body = rows.map((row, r) => {
    if (row.length !== columns.length) {
      const field = `table of "${heading}", rows[${r}]`;
      throw new InputError({ field, given: `${row.length} cells`, expected: `${columns.length}, one for each column` });
    }
    const cells = row.map((cell, i) => {
      const text = renderText(typeof cell === "number" ? formatNumber(cell) : cell);
      return i === 0 ? `<th scope="row"${alignment(i)}>${text}</th>` : `<td${alignment(i)}>${text}</td>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  const table = `<table aria-label="${escapeMarkup(heading)}"><thead><tr>${head}</tr></thead><tbody>\n${body.join("\n")}\n</tbody></table>`;
  return `<div class="table" role="region" aria-label="${escapeMarkup(heading)}" tabindex="0">${table}</div>`;
}

function renderText(text: string): string {
  return splitSuperscripts(text)
    .map((part) => (part.raised ? `<sup>${escapeMarkup(part.text)}</sup>` : escapeMarkup(part.text)))
    .join("");
}
