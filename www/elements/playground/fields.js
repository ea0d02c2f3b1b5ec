// Fields that several of the playground's elements have.

/** @param {string} id @param {string} label @param {readonly (readonly [value: string, label: string])[]} choices */
export const picks = (id, label, choices) => `
  <div class="field"><label for="${id}">${label}</label><select id="${id}">${choices.map(([value, name]) => `<option value="${value}">${name}</option>`).join("")}</select></div>`;

/** @param {string} id @param {string} label @param {string} [step] */
export const number = (id, label, step = "1") => `<div class="field"><label for="${id}">${label}</label><input type="number" id="${id}" min="0" step="${step}" inputmode="${step === "1" ? "numeric" : "decimal"}"></div>`;

/** A field's whole number, 0 or above; null where its text is none. @param {HTMLInputElement} field */
export const wholeOf = ({ valueAsNumber: value }) => (Number.isInteger(value) && value >= 0 ? value : null);
