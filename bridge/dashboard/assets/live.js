// Keeps a page live: when the bridge says that something has changed, the parts marked data-live are asked for anew and
// put in place, but for those in which somebody is typing, has typed something or has opened something. What says
// data-live="too" comes along where anything else is live. Without this script each page works all the same; it only has
// to be loaded again.
"use strict";

(() => {
  const parts = () => [...document.querySelectorAll("[data-live][id]")];
  // After each look a page rests nine times as long as that took, or three seconds: a small computer with much to do
  // spends a tenth of its time on a page at most.
  const REST = 9;
  const LONGEST_REST_MS = 3000;
  let asking = false;
  let again = false;
  let restUntil = 0;
  let planned = 0;

  const isInUse = (part) =>
    [...part.querySelectorAll("input:not([type=hidden]), select, textarea")].some(
      (field) =>
        field === document.activeElement ||
        ("defaultValue" in field && field.value !== field.defaultValue) ||
        ("defaultChecked" in field && field.checked !== field.defaultChecked),
    );

  const keepOpen = (before, after) => {
    for (const details of before.querySelectorAll("details[id]")) {
      after.querySelector(`#${CSS.escape(details.id)}`)?.toggleAttribute("open", details.open);
    }
  };

  const letCopy = (part) => {
    for (const button of part.querySelectorAll("[data-copy]")) button.hidden = false;
  };

  const replace = (page) => {
    for (const part of parts()) {
      const fresh = page.getElementById(part.id);
      if (fresh === null || isInUse(part)) continue;
      keepOpen(part, fresh);
      letCopy(fresh);
      if (fresh.innerHTML === part.innerHTML) continue;
      const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
      part.replaceWith(document.adoptNode(fresh));
      if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    }
  };

  // What says that the bridge does not run waits for the page that stands here when it does.
  const isOver = (answer, page) =>
    document.querySelector("[data-await]") !== null &&
    (answer.type === "opaqueredirect" || (answer.ok && page.querySelector("[data-await]") === null));

  const refresh = async () => {
    if (parts().length === 0) return;
    if (asking || document.hidden) {
      again = true;
      return;
    }
    const begun = performance.now();
    if (begun < restUntil) {
      planned ||= setTimeout(() => {
        planned = 0;
        refresh();
      }, restUntil - begun);
      return;
    }
    asking = true;
    again = false;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html", "Bridge-Part": "1" }, redirect: "manual" });
      const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
      if (isOver(answer, page)) location.reload();
      else if (answer.ok) replace(page);
    } catch {
      // The bridge is away for a moment: the stream of changes comes back by itself, and then this is asked for again.
    } finally {
      restUntil = performance.now() + Math.min(LONGEST_REST_MS, REST * (performance.now() - begun));
      asking = false;
      if (again && !document.hidden) refresh();
    }
  };

  const count = () => {
    for (const clock of document.querySelectorAll("[data-countdown]")) {
      const left = Math.max(0, Math.round((Number(clock.dataset.countdown) - Date.now()) / 1000));
      clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    }
  };

  const copy = async (button) => {
    const source = document.getElementById(button.dataset.copy);
    if (navigator.clipboard) await navigator.clipboard.writeText(source.textContent.trim());
    else {
      getSelection().selectAllChildren(source); // browsers give a clipboard to https and this machine alone
      document.execCommand("copy");
    }
    const before = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = before), 1500);
  };

  // The bridge writes times as they are on the clock of whoever looks, and knows the zone from this.
  const tellZone = () => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const isKnown = () => document.cookie.split("; ").includes(`zone=${zone}`);
    if (!zone || isKnown()) return;
    document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=strict`;
    const shown = document.querySelector("[data-zone]")?.dataset.zone ?? zone;
    if (shown !== zone && isKnown()) location.reload();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button !== null) copy(button);
  });
  letCopy(document);

  tellZone();
  if (parts().some((part) => part.dataset.live !== "too")) {
    const changes = new EventSource("/live");
    changes.addEventListener("changed", () => {
      refresh();
      document.dispatchEvent(new Event("bridge:changed"));
    });
    changes.addEventListener("open", () => {
      document.documentElement.classList.add("is-live");
      refresh(); // for what has changed since the page was made, or since the bridge went away
    });
    changes.addEventListener("error", () => document.documentElement.classList.remove("is-live"));
    document.addEventListener("visibilitychange", () => again && refresh());
    addEventListener("pagehide", () => changes.close());
    const every = Number(document.querySelector("[data-every]")?.dataset.every ?? 0);
    if (every > 0) setInterval(refresh, every * 1000);
  }
  setInterval(count, 1000);
})();
