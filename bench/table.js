/** A table of columns as wide as their widest cell. */
export function table(rows) {
  const heads = ["", "name", "figure", "ratio", "target", "memory", "memoryTarget"];
  const titles = ["", "", "median", "ratio", "target", "peak memory", ""];
  const cells = [titles, ...rows.map((row) => heads.map((head) => (head === "" ? mark(row) : (row[head] ?? ""))))];
  const widths = heads.map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  return cells
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function mark({ met }) {
  return met ? "✓" : "✗";
}
