// SVG elements.

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {...(Node | string)} children
 */
export function svg(name, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/**
 * A table's cells.
 * @param {"td" | "th"} kind
 * @param {readonly (string | Node)[]} contents
 * @param {"row" | "col"} [scope]
 */
export function cells(kind, contents, scope) {
  return contents.map((content) => {
    const cell = document.createElement(kind);
    if (scope) cell.scope = scope;
    cell.append(content);
    return cell;
  });
}

/** A table's row. @param {...Node} children */
export function row(...children) {
  const element = document.createElement("tr");
  element.append(...children);
  return element;
}
