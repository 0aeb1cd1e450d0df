// Keeps a page live: when the bridge says that something has changed, the parts marked data-live are asked for anew and
// put in place, but for those in which somebody is typing, pressing or choosing, or has done so. What says
// data-live="too" comes along where anything else is live. Without this script each page works all the same; it only has
// to be loaded again.
"use strict";

(() => {
  // After each look a page rests nine times as long as that took: a small computer with much to do spends a tenth of its
  // time on it, and more only where a look takes longer than three seconds.
  const REST = 9;
  const LONGEST_REST_MS = 30_000;
  const PATIENCE_MS = 20_000;
  const COME_BACK_MS = 2000;
  const COME_BACK_AT_LEAST_MS = 60_000;
  const TOKEN = 'input[type="hidden"][name="form"]';

  const parts = () => [...document.querySelectorAll("[data-live][id]")];
  let asking = false;
  let again = false;
  let restUntil = 0;
  let planned = 0;

  const isChosen = (list) =>
    list.selectedIndex !== Math.max(0, [...list.options].findIndex((option) => option.defaultSelected));

  const isInUse = (part) =>
    part.matches(":active") ||
    [...part.querySelectorAll("input:not([type=hidden]), select, textarea")].some(
      (field) =>
        field === document.activeElement ||
        (field instanceof HTMLSelectElement && isChosen(field)) ||
        ("defaultValue" in field && field.value !== field.defaultValue) ||
        ("defaultChecked" in field && field.checked !== field.defaultChecked),
    );

  // What each form sends back is good for a day: all get the newest, and no part is replaced for that alone.
  const renewForms = (page) => {
    const token = page.querySelector(TOKEN)?.value;
    if (token) for (const field of document.querySelectorAll(TOKEN)) field.setAttribute("value", token);
  };

  const keepOpen = (before, after) => {
    for (const details of before.querySelectorAll("details[id]")) {
      after.querySelector(`#${CSS.escape(details.id)}`)?.toggleAttribute("open", details.open);
    }
  };

  const letCopy = (part) => {
    for (const button of part.querySelectorAll("[data-copy]")) button.hidden = false;
  };

  const replace = (page) => {
    renewForms(page);
    for (const part of parts()) {
      const fresh = page.getElementById(part.id);
      if (fresh === null) continue;
      if (isInUse(part)) {
        again ||= part.matches(":active"); // in a moment it is not any more
        continue;
      }
      keepOpen(part, fresh);
      letCopy(fresh);
      if (fresh.innerHTML === part.innerHTML) continue;
      const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
      part.replaceWith(document.adoptNode(fresh));
      if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    }
  };

  // Who is led elsewhere has been signed out, or the bridge does not run. What says that it does not run waits for the
  // page that stands here when it does.
  const isOver = (answer, page) =>
    answer.type === "opaqueredirect" ||
    (document.querySelector("[data-await]") !== null && answer.ok && page.querySelector("[data-await]") === null);

  const look = async () => {
    const answer = await fetch(location.href, {
      headers: { Accept: "text/html", "Bridge-Part": "1" },
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
    if (isOver(answer, page)) location.reload();
    else if (answer.ok) {
      replace(page);
      document.dispatchEvent(new CustomEvent("bridge:looked", { detail: page }));
    }
  };

  const refresh = async () => {
    if (parts().length === 0 && document.querySelector("[data-watching]") === null) return;
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
      await look();
    } catch {
      // The bridge is away for a moment: the stream of changes is begun again, and then this is asked for again.
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

  // Browsers begin a stream again that has broken, but none that was answered with anything else, as it is while the
  // bridge starts or when somebody was signed out. The look after that tells which it was.
  const away = document.getElementById("away");
  let missed = 0;
  let changes = null;
  const listen = () => {
    changes = new EventSource("/live");
    changes.addEventListener("changed", refresh);
    changes.addEventListener("open", () => {
      missed = 0;
      if (away !== null) away.hidden = true;
      refresh(); // for what has changed since the page was made, or since the bridge went away
    });
    changes.addEventListener("error", () => {
      missed += 1;
      if (away !== null && missed > 1) away.hidden = false;
      if (changes.readyState !== EventSource.CLOSED) return;
      setTimeout(listen, Math.min(COME_BACK_AT_LEAST_MS, COME_BACK_MS * missed));
      refresh();
    });
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button !== null) copy(button);
  });
  letCopy(document);

  tellZone();
  if (parts().some((part) => part.dataset.live !== "too")) {
    listen();
    document.addEventListener("visibilitychange", () => again && refresh());
    addEventListener("pagehide", () => changes.close());
    addEventListener("pageshow", (event) => event.persisted && listen()); // kept by the browser, and shown once more
    const every = Number(document.querySelector("[data-every]")?.dataset.every ?? 0);
    if (every > 0) setInterval(refresh, every * 1000);
  }
  setInterval(count, 1000);
})();
