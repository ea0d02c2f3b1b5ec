// Packages that are scripts, not modules: required in Node, loaded by an element in a page.

/**
 * @param {URL} modules where npm's packages lie
 * @param {string} name the package
 * @param {string} file its script for pages
 * @param {(page: any) => any} found where the script puts what it has, in the page's global object
 * @returns {Promise<any>}
 */
export async function script(modules, name, file, found) {
  if (typeof document === "undefined") {
    const { createRequire } = await import("node:module");
    return createRequire(modules)(name);
  }
  await new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = new URL(`${name}/${file}`, modules).href;
    element.onload = resolve;
    element.onerror = () => reject(new Error(`${element.src} cannot be loaded`));
    document.head.append(element);
  });
  return found(globalThis);
}
