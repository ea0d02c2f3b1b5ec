// Sentences to pick, each for one thing that it shows, and the test sentences of `data/`.

/** @typedef {{ text: string, label: "negative" | "positive", file: string, line: number }} TestSentence */

export const EXAMPLES = /** @type {const} */ ([
  { title: "Praise", text: "A gorgeous, witty and moving film." },
  { title: "Blame", text: "The plot is dull and the acting is bad." },
  { title: "Both at once", text: "It's not bad at all, it's wonderful!" },
  { title: "Order", text: "moving but bad" },
  { title: "Irony", text: "Thank you for two hours of the best sleep I have ever had." },
  { title: "Unknown words", text: "A zorbulous flumph of a movie, and a delightful one." },
]);

/** @type {Promise<readonly TestSentence[]> | null} */
let fetched = null;

/** The test sentences; a fetch that failed is tried again. @returns {Promise<readonly TestSentence[]>} */
export function testSentences() {
  fetched ??= load().catch((reason) => {
    fetched = null;
    throw reason;
  });
  return fetched;
}

async function load() {
  const answer = await fetch(new URL("../../data/sentences.json", import.meta.url));
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return /** @type {{ sentences: TestSentence[] }} */ (await answer.json()).sentences;
}
