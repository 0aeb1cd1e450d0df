// Endless back: what the link "Older" leads to is put below what is there, as soon as somebody has scrolled so far or
// presses it. What stands above moves no more from then on; that something new has happened is said instead. Without
// this script the link leads to a page of its own.
"use strict";

(() => {
  const AHEAD_PX = 800;
  const MOST = 2000;
  const list = document.getElementById("newest");
  const fresh = document.getElementById("fresh");
  if (list === null) return;
  let asking = false;

  const asked = async (address) => {
    const answer = await fetch(address, { headers: { Accept: "text/html", "Bridge-Part": "1" }, redirect: "error", signal: AbortSignal.timeout(20_000) });
    if (!answer.ok) throw new Error(answer.statusText);
    return new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("newest");
  };

  const here = () => document.getElementById("newest");
  const first = (part) => part.querySelector(".event")?.getAttribute("href");

  const add = (part) => {
    const shown = here();
    for (const day of part.querySelectorAll(".day")) {
      const last = [...shown.querySelectorAll(".day")].at(-1);
      if (last !== undefined && last.dataset.day === day.dataset.day) {
        last.querySelector("ol").append(...document.adoptNode(day).querySelectorAll("li"));
      } else {
        shown.querySelector("[data-more]").before(document.adoptNode(day));
      }
    }
    const more = part.querySelector("[data-more]");
    if (more === null) shown.querySelector("[data-more]").remove();
    else shown.querySelector("[data-more]").replaceWith(document.adoptNode(more));
  };

  const grow = async (link) => {
    if (asking) return;
    asking = true;
    here().removeAttribute("data-live");
    here().setAttribute("data-watching", "");
    try {
      const part = await asked(link.href);
      const next = part.querySelector(".event")?.getAttribute("href");
      const byHand = document.activeElement === link;
      add(part);
      if (byHand && next) here().querySelector(`[href="${CSS.escape(next)}"]`)?.focus();
    } catch {
      link.dataset.failed = "";
    } finally {
      asking = false;
    }
  };

  const look = () => {
    const link = document.querySelector("[data-more] a:not([data-failed])");
    if (link === null || link.getBoundingClientRect().top > innerHeight + AHEAD_PX) return;
    if (here().querySelectorAll(".event").length < MOST) grow(link);
  };

  addEventListener("scroll", look, { passive: true });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-more] a:not([data-failed])");
    if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    grow(link);
  });
  document.addEventListener("bridge:looked", ({ detail: page }) => {
    const newest = page.getElementById("newest");
    if (newest === null || fresh === null || !fresh.hidden || here().hasAttribute("data-live")) return;
    fresh.hidden = first(newest) === first(here());
  });
})();
