// A value, patches to it, and watchers that hear of them once a turn. The page's only channel between its parts.

/**
 * @template {object} T
 * @param {T} initial
 */
export function createStore(initial) {
  let value = initial;
  /** @type {Set<keyof T>} */
  let changed = new Set();
  /** @type {Set<{ keys: readonly (keyof T)[], heard: (value: T) => void }>} */
  const watchers = new Set();

  function tell() {
    const now = changed;
    changed = new Set();
    for (const watcher of watchers) if (watcher.keys.some((key) => now.has(key))) watcher.heard(value);
  }

  return {
    get value() {
      return value;
    },
    /** @param {Partial<T>} patch */
    set(patch) {
      const fresh = /** @type {(keyof T)[]} */ (Object.keys(patch)).filter((key) => !Object.is(value[key], patch[key]));
      if (fresh.length === 0) return;
      value = { ...value, ...patch };
      // A microtask: several patches of one event are one rendering, done before the browser paints or a test looks.
      if (changed.size === 0) queueMicrotask(tell);
      for (const key of fresh) changed.add(key);
    },
    /**
     * Calls `heard` now, and again whenever one of `keys` has changed.
     * @param {readonly (keyof T)[]} keys
     * @param {(value: T) => void} heard
     * @returns {() => void}  stops it
     */
    watch(keys, heard) {
      const watcher = { keys, heard };
      watchers.add(watcher);
      heard(value);
      return () => watchers.delete(watcher);
    },
  };
}
