// Comforts of the audit file: everything is saved as it is typed, and keys lead from point to point. Without this file
// the buttons do the same. No inline code, no HTML from text.
(() => {
  "use strict";

  // The chosen point stands in sight of its own list.
  const current = document.querySelector("[data-current]");
  const list = current?.closest(".bench-scroll");
  if (list) list.scrollTop = current.offsetTop - list.clientHeight / 3;

  // From point to point the page stays where it was scrolled to; a person looks at the paper, not at the head.
  if (list) {
    const place = `bench ${location.pathname.split("/points/")[0]}`;
    const before = Number(sessionStorage.getItem(place));
    if (before && document.referrer.includes(place.slice(6)) && !location.hash) window.scrollTo(0, before);
    window.addEventListener("pagehide", () => sessionStorage.setItem(place, String(Math.round(window.scrollY))));
  }

  const clock = () => new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

  const keep = (form) => {
    const status = form.querySelector(".autosave");
    const version = form.querySelector('input[name="version"]');
    let timer = null;
    let dirty = false;
    let running = null;

    const show = (answer) => {
      if (version && answer.version) version.value = String(answer.version);
      status.textContent = `${status.dataset.saved} ${clock()}${answer.note ? ` · ${answer.note}` : ""}`;
      status.classList.toggle("autosave-waits", Boolean(answer.note));
      if (answer.word) markPoint(answer);
    };

    // The list at the left says at once what the paper says.
    const markPoint = (answer) => {
      if (!current) return;
      current.querySelector(".point-state").textContent = answer.word;
      current.className = `point m-${answer.meaning} ${answer.rating ? "point-rated" : "point-begun"}`;
      const shape = form.querySelector('input[name="rating"]:checked')?.parentElement.querySelector(".shape");
      current.querySelector(".point-mark").replaceChildren(...(answer.rating && shape ? [shape.cloneNode(true)] : []));
      const bar = document.querySelector(".bench-list .bench-bar");
      if (!bar || document.querySelectorAll(".point").length !== Number(bar.max)) return;
      bar.value = document.querySelectorAll(".point-rated").length;
      document.querySelector(".bench-count strong").textContent = String(bar.value);
    };

    const send = async (leaving) => {
      clearTimeout(timer);
      if (!dirty) return true;
      dirty = false;
      const content = new FormData(form);
      for (const [name, value] of [...content.entries()]) if (value instanceof File) content.delete(name);
      content.set("action", "autosave");
      content.set("request_key", crypto.randomUUID()); // each saving is an act of its own
      status.textContent = status.dataset.typing;
      try {
        const answer = await fetch(form.getAttribute("action"), {
          method: "POST",
          body: new URLSearchParams(content),
          headers: { Accept: "application/json" },
          credentials: "same-origin",
          keepalive: leaving,
        });
        const told = await answer.json();
        if (!answer.ok) throw new Error(told.reason || told.title || String(answer.status));
        show(told);
        return true;
      } catch (error) {
        dirty = true;
        status.textContent = `${status.dataset.unsaved}: ${error.message}`;
        status.classList.add("autosave-waits");
        return false;
      }
    };

    // One saving at a time: the next one needs the version that this one is told.
    const save = (leaving = false) => {
      running = (running ?? Promise.resolve()).then(() => send(leaving));
      return running;
    };

    form.addEventListener("input", () => {
      dirty = true;
      clearTimeout(timer);
      timer = setTimeout(save, 1200);
    });
    form.addEventListener("submit", () => {
      clearTimeout(timer);
      dirty = false;
    });

    // Leaving by a key or a link first saves what was typed.
    document.addEventListener("click", async (event) => {
      const link = event.target.closest?.("a[href]");
      if (!link || !dirty || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (link.origin !== location.origin || link.hasAttribute("download") || link.hash) return;
      event.preventDefault();
      await save(true);
      if (!dirty) location.assign(link.href);
    });
    window.addEventListener("beforeunload", (event) => {
      if (dirty) event.preventDefault();
    });

    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && event.target.matches("textarea, input")) event.target.blur();
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        form.requestSubmit(form.querySelector('button[value="next"]') ?? form.querySelector('button[value="submit"]'));
      }
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "p" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.matches?.("input, textarea, select") || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      form.querySelector("textarea")?.focus();
    });

    // A key that rates clicks a radio button from outside; the page's own keys must still work afterwards.
    for (const radio of form.querySelectorAll('input[type="radio"][data-key]')) {
      radio.addEventListener("keydown", (event) => {
        if (/^[1-9jkf]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
          const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
          if (target) {
            event.preventDefault();
            target.click();
          }
        }
      });
    }
  };

  for (const form of document.querySelectorAll("form[data-keep]")) keep(form);
})();
