import assert from "node:assert/strict";

/** The call fails with our error about this parameter, and the message has these parts. */
export function refused(call, parameter, ...parts) {
  assert.throws(call, (error) => {
    assert.equal(error.constructor, Error, String(error));
    assert.equal(error.parameter, parameter, error.message);
    for (const part of parts) assert.ok(error.message.includes(part), `${error.message}: lacks ${part}`);
    return true;
  });
}
