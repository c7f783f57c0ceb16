// Answers in place, sources beside them, votes without leaving the page. Everything works without this file too.
"use strict";

const log = document.querySelector("#log");
const form = document.querySelector("#ask");
const box = document.querySelector("#question");
const panel = document.querySelector("#panel");

document.documentElement.classList.add("scripted");
showCopyButtons(document);

// Asking

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const question = box.value.trim();
  if (!question) return;
  box.value = "";
  ask(question);
});

box?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

document.querySelector(".chips")?.addEventListener("submit", (event) => {
  event.preventDefault();
  ask(event.submitter.value);
});

async function ask(question) {
  document.querySelector("#welcome")?.remove();
  const exchange = document.querySelector("#exchange").content.firstElementChild.cloneNode(true);
  const answer = exchange.querySelector(".answer");
  const heading = exchange.querySelector("h2");
  heading.textContent = question;
  answer.setAttribute("aria-busy", "true");
  log.append(exchange);
  heading.focus({ preventScroll: true });
  exchange.scrollIntoView({ block: "start", behavior: calm() ? "auto" : "smooth" });
  try {
    await receive(question, (part) => {
      answer.querySelector(".searching")?.remove();
      place(answer, part);
    });
  } catch {
    // What is there was whole before a model began to word it.
    const progress = answer.querySelector(':scope > [data-part="progress"]');
    if (progress) progress.remove();
    else answer.replaceChildren(document.querySelector("#failed").content.cloneNode(true));
  }
  answer.setAttribute("aria-busy", "false");
  showCopyButtons(answer);
  // On a phone the keyboard would cover the answer.
  if (matchMedia("(pointer: fine)").matches) box.focus({ preventScroll: true });
}

// A part that comes again, in better words, takes the place of the earlier one.
function place(answer, { part, html }) {
  const slot = answer.querySelector(`:scope > [data-part="${part}"]`);
  if (slot) {
    slot.innerHTML = html;
    return;
  }
  const added = document.createElement("div");
  added.dataset.part = part;
  added.innerHTML = html;
  answer.append(added);
}

// Calls `take` with each part of the answer as soon as it is here. The server escapes all that stands in `html`.
async function receive(question, take) {
  const response = await fetch("/ask", {
    method: "POST",
    headers: { Accept: "application/x-ndjson" },
    body: new URLSearchParams({ q: question }),
  });
  if (!response.headers.get("content-type")?.startsWith("application/x-ndjson")) throw new Error(response.status);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) take(JSON.parse(line));
  }
}

function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

// Sources

let opener = null;

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.cite, a.passage");
  if (!link || !panel || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(link);
});

async function open(link) {
  const address = link.dataset.passage ?? link.getAttribute("href");
  const content = panel.querySelector(".content");
  try {
    const response = await fetch(address + "?view=panel");
    content.innerHTML = await response.text();
  } catch {
    content.replaceChildren(document.querySelector("#failed").content.cloneNode(true));
  }
  opener = link;
  // Beside the answer where there is room for both, over it where there is not.
  if (!panel.open) matchMedia("(min-width: 72rem)").matches ? panel.show() : panel.showModal();
  panel.querySelector(".close").focus();
  content.querySelector(".cited")?.scrollIntoView({ block: "center" });
}

panel?.querySelector(".close").addEventListener("click", () => panel.close());
panel?.addEventListener("close", () => opener?.focus());
panel?.addEventListener("click", (event) => {
  if (event.target === panel) panel.close();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel?.open) {
    panel.close();
  } else if (event.key === "/" && box && !event.target.closest("input, textarea, [contenteditable]")) {
    event.preventDefault();
    if (panel.open) panel.close();
    box.focus();
  }
});

// Votes: a second press takes the vote back

let voting = Promise.resolve();

// One after the other: two votes at once without a cookie would bring one each, and count as two people's.
function cast(ballot) {
  voting = voting.then(() => say(ballot));
  return voting;
}

// Says a vote once more where it has brought the cookie (428) in place of being counted.
async function say(ballot) {
  const post = () =>
    fetch("/vote", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(ballot),
    }).catch(() => null);
  const response = await post();
  return response?.status === 428 ? post() : response;
}

document.addEventListener("submit", async (event) => {
  const vote = event.target.closest("form.vote");
  if (!vote || !event.submitter) return;
  event.preventDefault();
  const pressed = event.submitter.getAttribute("aria-pressed") === "true";
  const choice = pressed ? "none" : event.submitter.value;
  const response = await cast({ answer: vote.elements.answer.value, vote: choice });
  if (!response?.ok) return;
  for (const button of vote.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.value === choice));
  }
  vote.querySelector(".thanks").textContent = pressed ? "" : vote.dataset.thanks;
});

// The state of the daemon, kept up to date while somebody looks at it

const live = document.querySelector("#live");

if (live) refreshLater();

function refreshLater() {
  setTimeout(refresh, live.dataset.every * 1000);
}

async function refresh() {
  if (!isInUse()) {
    const response = await fetch("/status?live=true").catch(() => null);
    const html = response?.ok ? await response.text() : null;
    if (html && !isInUse()) live.innerHTML = html;
  }
  refreshLater();
}

// Nobody looks, or somebody is reading what would close or is about to press what would go.
function isInUse() {
  return document.hidden || live.querySelector("details[open]") || live.contains(document.activeElement);
}

// Code

function showCopyButtons(part) {
  if (!navigator.clipboard) return;
  for (const button of part.querySelectorAll(".copy")) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest(".copy");
  if (!button) return;
  await navigator.clipboard.writeText(button.closest("figure").querySelector("code").textContent);
  const words = button.textContent;
  button.textContent = button.dataset.copied;
  setTimeout(() => (button.textContent = words), 1500);
});
