// What every worker does: it answers one request at a time. Results are transferred, not copied.

/** The buffers of a result's pictures: what can be moved to the page. @param {unknown} result @returns {ArrayBuffer[]} */
function buffers(result) {
  if (result instanceof ImageData) return [/** @type {ArrayBuffer} */ (result.data.buffer)];
  if (result === null || typeof result !== "object" || ArrayBuffer.isView(result)) return [];
  return Object.values(result).flatMap(buffers);
}

const scope = /** @type {{ postMessage(message: unknown, transfer?: Transferable[]): void }} */ (/** @type {unknown} */ (self));
/** @type {unknown} what was sent last, used until other comes */
let held;

/**
 * Answers requests.
 * @param {() => Promise<unknown>} start  whatever the jobs need
 * @param {Record<string, (options: any, subject: any, report: (done: number) => void) => unknown>} jobs
 */
export function serve(start, jobs) {
  // Starts while the page has nothing to ask yet. Where that fails, the first request tries again, and is told why.
  start().catch(() => {});

  self.addEventListener("message", async ({ data: { id, work, options, subject } }) => {
    if (subject !== undefined) held = subject;
    const report = (/** @type {number} */ done) => scope.postMessage({ id, done });
    try {
      await start();
      report(0);
      const result = await jobs[work](options, held, report);
      scope.postMessage({ id, result }, buffers(result));
    } catch (reason) {
      // An Error would arrive without the parameter that the core adds to it.
      const { message = String(reason), parameter = "" } = reason instanceof Error ? /** @type {Error & { parameter?: string }} */ (reason) : {};
      scope.postMessage({ id, error: { message, parameter } });
    }
  });
}
