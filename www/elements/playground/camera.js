import { openFrame } from "../../lib/playground/inputs.js";
import { page } from "../../lib/playground/state.js";

/** Shows what the camera sees until a picture is taken, or none is wanted; then the camera is let go. @param {HTMLElement} opener  gets the focus back */
export async function takePicture(opener) {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 } } });
  } catch (reason) {
    const { name } = /** @type {Error} */ (reason);
    const why = name === "NotAllowedError" ? "the browser was not allowed to use it" : name === "NotFoundError" ? "there is none" : `it could not be started (${name})`;
    return page.set({ inputError: `No picture from the camera: ${why}.` });
  }
  const dialog = document.createElement("dialog");
  dialog.className = "camera";
  dialog.setAttribute("aria-label", "Camera");
  dialog.innerHTML = `<video autoplay playsinline muted></video><div class="actions"><button type="button" class="button">Take the picture</button><button type="button">Cancel</button></div>`;
  document.body.append(dialog);
  const video = /** @type {HTMLVideoElement} */ (dialog.querySelector("video"));
  video.srcObject = stream;
  const [take, cancel] = dialog.querySelectorAll("button");
  take.addEventListener("click", async () => {
    if (video.videoWidth > 0) await openFrame(video);
    dialog.close();
  });
  cancel.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    for (const track of stream.getTracks()) track.stop();
    dialog.remove();
    opener.focus();
  });
  dialog.showModal();
}
