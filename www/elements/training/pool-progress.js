import { nameOf } from "../../lib/training/poolings.js";
import { pause, resume, stop, trainAgain } from "../../lib/training/trainer.js";
import { page } from "../../lib/training/state.js";
import { durationText, lineText, pace, timeLeft, whole } from "../../lib/training/words.js";
import { TrainingElement } from "./base.js";

/** @typedef {import("../../lib/training/state.js").Run} Run */

/** How far the run is, and what can be done about it. */
export class PoolProgress extends TrainingElement {
  static keys = /** @type {const} */ (["setup", "runs", "running", "paused", "queue", "finished"]);
  static markup = `
    <div id="bars"></div>
    <p class="left"><b id="time-left"></b> <span class="hint" id="pace"></span></p>
    <div class="actions"><button type="button" id="pause">Pause</button><button type="button" id="stop">Stop</button><button type="button" id="again">Again, from another seed</button></div>
    <p class="unseen" role="status" id="progress-said"></p>`;
  /** What the bars are of. */ #shown = "";
  #finished = 0;

  built() {
    this.find("#pause").addEventListener("click", () => (page.value.paused ? resume() : pause()));
    this.find("#stop").addEventListener("click", stop);
    this.find("#again").addEventListener("click", () => {
      const last = page.value.runs.at(-1);
      if (last) trainAgain(last.setup);
    });
  }

  /** @param {import("./base.js").Page} state */
  render({ setup, runs, running, paused, queue, finished }) {
    const run = runs.find(({ id }) => id === running) ?? runs.at(-1);
    const going = running !== null;
    this.dataset.state = !going ? "idle" : paused ? "paused" : "training";
    this.dataset.finished = String(finished);
    this.#offer(run ? run.lines.map(({ pooling }) => pooling) : setup.poolings);
    run?.lines.forEach((line, at) => {
      const row = this.find("#bars").children[at];
      const bar = /** @type {HTMLProgressElement} */ (row.querySelector("progress"));
      bar.value = line.done;
      row.toggleAttribute("data-error", line.status === "error");
      /** @type {HTMLElement} */ (row.querySelector(".where")).textContent = lineText(run, line);
    });
    const left = run && timeLeft(run);
    const waits = queue.length > 0 ? `, then ${queue.length} more` : "";
    this.find("#time-left").textContent = paused ? "Paused." : going ? (left != null ? `About ${durationText(left)} left${waits}` : "Starting …") : "";
    const paces = run?.lines.map((line) => pace(run, line)).filter((images) => images > 0) ?? [];
    this.find("#pace").textContent = paces.length > 0 ? `${whole(Math.round(Math.max(...paces) / 10) * 10)} images a second in each worker, looking at the test images included` : "";
    const [pauseButton, stopButton, againButton] = ["#pause", "#stop", "#again"].map((id) => /** @type {HTMLButtonElement} */ (this.find(id)));
    pauseButton.textContent = paused ? "Resume" : "Pause";
    pauseButton.disabled = stopButton.disabled = !going;
    againButton.disabled = going || !run;
    if (run) this.#say(run, going, paused, finished);
  }

  /** A bar for each of these. @param {readonly import("../../lib/training/state.js").Pooling[]} poolings */
  #offer(poolings) {
    if (this.#shown === poolings.join()) return;
    this.#shown = poolings.join();
    const rows = poolings.map((pooling) => {
      const row = document.createElement("div");
      row.className = `of-${pooling}`;
      row.innerHTML = `<span class="name"></span><progress max="1" value="0"></progress><span class="where">not trained yet</span>`;
      /** @type {HTMLElement} */ (row.querySelector(".name")).textContent = nameOf(pooling);
      row.querySelector("progress")?.setAttribute("aria-label", `${nameOf(pooling)}: part of the training that is done`);
      return row;
    });
    this.find("#bars").replaceChildren(...rows);
  }

  /** @param {Run} run @param {boolean} going @param {boolean} paused @param {number} finished */
  #say(run, going, paused, finished) {
    const said = this.find("#progress-said");
    if (!going && finished !== this.#finished) said.textContent = `Training has ended. ${run.lines.map((line) => `${nameOf(line.pooling)}: ${lineText(run, line)}.`).join(" ")}`;
    else if (going) said.textContent = paused ? "Training is paused." : "Training.";
    this.#finished = finished;
  }
}
