// Tables sort by the column that was clicked: by number where cells carry one, else by text; empty cells stay last.
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const heading = button.closest("th");
    const table = heading.closest("table");
    const column = heading.cellIndex;
    const falling = heading.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) { other.removeAttribute("aria-sort"); }
    heading.setAttribute("aria-sort", falling ? "descending" : "ascending");
    const sign = falling ? -1 : 1;
    const key = row => {
      const cell = row.cells[column];
      if (cell.dataset.empty !== undefined) { return null; }
      const shown = cell.dataset.key ?? cell.textContent.trim();
      return shown === "" || Number.isNaN(Number(shown)) ? shown : Number(shown);
    };
    const rows = [...table.tBodies[0].rows].map(row => [key(row), row]);
    rows.sort(([a], [b]) => {
      if (a === null || b === null) { return (a === null) - (b === null); }
      if (typeof a === "number" && typeof b === "number") { return sign * (a - b); }
      return sign * String(a).localeCompare(String(b), "en", { numeric: true });
    });
    table.tBodies[0].append(...rows.map(([, row]) => row));
  });
}
// Who follows a link to a section wants to see what is in it.
const unfold = () => {
  const part = location.hash.length > 1 && document.getElementById(location.hash.slice(1))?.parentElement.querySelector("details.part");
  if (part) { part.open = true; }
};
addEventListener("hashchange", unfold);
unfold();
// What is folded away must still be on paper.
addEventListener("beforeprint", () => { for (const d of document.querySelectorAll("details")) { d.open = true; } });
