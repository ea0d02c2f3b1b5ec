// Cards change places under a finger or a pen on their names. A mouse drags them, and keys press their arrows.

/** A pointer that moved less far pressed the name. In CSS pixels. */
const PRESS = 8;

/**
 * @param {HTMLElement} list  of the cards
 * @param {(from: number, to: number) => void} moved  the cards' numbers
 */
export function reorderByTouch(list, moved) {
  /** @type {{ card: HTMLElement, id: number, x: number, y: number, moving: boolean, over: Element | null } | null} */
  let drag = null;
  const number = (/** @type {Element} */ card) => Number(card.getAttribute("data-stage"));

  const over = (/** @type {Element | null} */ card) => {
    if (!drag) return;
    drag.over?.removeAttribute("data-over");
    drag.over = card && card !== drag.card && number(card) > 0 ? card : null;
    drag.over?.setAttribute("data-over", "");
  };
  const end = () => {
    over(null);
    drag?.card.removeAttribute("data-moving");
    drag = null;
  };

  list.addEventListener("pointerdown", ({ target, pointerType, pointerId: id, clientX: x, clientY: y, isPrimary }) => {
    const card = /** @type {Element} */ (target).closest(".name")?.closest(".card");
    if (card instanceof HTMLElement && pointerType !== "mouse" && isPrimary) drag = { card, id, x, y, moving: false, over: null };
  });
  list.addEventListener("pointermove", ({ pointerId, clientX, clientY }) => {
    if (drag?.id !== pointerId) return;
    drag.moving ||= Math.hypot(clientX - drag.x, clientY - drag.y) > PRESS;
    if (!drag.moving) return;
    drag.card.toggleAttribute("data-moving", true);
    over(document.elementFromPoint(clientX, clientY)?.closest(".card") ?? null);
  });
  list.addEventListener("pointerup", ({ pointerId }) => {
    if (drag?.id !== pointerId) return;
    const { card, over: target } = drag;
    end();
    if (target) moved(number(card), number(target));
  });
  list.addEventListener("pointercancel", end);
}
