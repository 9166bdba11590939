// Comforts only: every page works without this file. No inline code, no HTML from text, no eval.
(() => {
  "use strict";

  const typing = (target) => target.matches?.("input, textarea, select, [contenteditable]");

  // After an error the summary is read first.
  document.querySelector("[data-focus]")?.focus();

  // On a phone the navigation and the tabs scroll sideways: where one is comes into sight.
  for (const here of document.querySelectorAll('.site-nav [aria-current="page"], .tabs [aria-current="page"]')) {
    const row = here.closest("ul");
    row.scrollLeft += here.getBoundingClientRect().left - row.getBoundingClientRect().left - 16;
  }

  // Only one open filter menu; Escape and a click elsewhere close it.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.filter-menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  const rows = () => [...document.querySelectorAll(".list-table tbody tr")].filter((row) => row.querySelector("a"));
  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
    next.querySelector("a").focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = document.activeElement?.closest?.("details.filter-menu[open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    const own = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (event.key === "?") document.getElementById("keys")?.showModal();
    else if (event.key === "/") document.querySelector('.filter-bar input[type="search"]')?.focus();
    else if (own) own.click();
    else if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else return;
    event.preventDefault();
  });

  // A dangerous form may ask once more in a dialog; without JavaScript the server's confirm page asks.
  const ask = (form) => {
    const dialog = document.createElement("dialog");
    dialog.className = "keys";
    const words = document.createElement("p");
    words.textContent = form.dataset.confirm;
    const buttons = document.createElement("form");
    buttons.method = "dialog";
    buttons.className = "actions";
    for (const [value, label, style] of [
      ["no", form.dataset.confirmNo, "button-quiet"],
      ["yes", form.dataset.confirmYes, "button-danger"],
    ]) {
      const button = document.createElement("button");
      button.value = value;
      button.className = `button ${style}`;
      button.textContent = label;
      buttons.append(button);
    }
    dialog.append(words, buttons);
    document.body.append(dialog);
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (dialog.returnValue !== "yes") return;
      delete form.dataset.confirm;
      form.requestSubmit();
    });
    dialog.showModal();
  };

  // A second click on a button that already sent does nothing (the server holds the same by the one-time key).
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.confirm) {
      event.preventDefault();
      ask(form);
      return;
    }
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-disabled", "true");
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll('button[aria-disabled="true"]')) button.removeAttribute("aria-disabled");
  });

  // Long forms are saved as they are filled in: "saved 10:42".
  for (const form of document.querySelectorAll("form[data-autosave]")) {
    const status = form.querySelector(".autosave");
    let timer = null;
    const save = async () => {
      const content = new FormData(form);
      for (const [name, value] of [...content.entries()]) if (value instanceof File) content.delete(name);
      content.set("action", "autosave");
      content.set("request_key", crypto.randomUUID()); // each saving is an act of its own
      try {
        const answer = await fetch(form.dataset.autosave, {
          method: "POST",
          body: new URLSearchParams(content),
          headers: { Accept: "application/json" },
          credentials: "same-origin",
        });
        if (!answer.ok) throw new Error(String(answer.status));
        const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
        status.textContent = `${status.dataset.saved} ${time}`;
      } catch {
        status.textContent = status.dataset.unsaved;
      }
    };
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(save, 1200);
    });
  }

  // Questions that hang on a ticked answer come and go with it; without JavaScript they stand folded.
  for (const part of document.querySelectorAll("details[data-with]")) {
    const named = `input[name="${CSS.escape(part.dataset.with)}"][value="${CSS.escape(part.dataset.answer)}"]`;
    const box = part.closest("form")?.querySelector(named);
    if (!box) continue;
    const follow = () => {
      part.hidden = !box.checked && !part.querySelector(".field-wrong");
      if (box.checked) part.open = true;
    };
    box.addEventListener("change", follow);
    follow();
  }

  // A dropped file lands in its field.
  for (const zone of document.querySelectorAll(".file-drop")) {
    const input = zone.querySelector('input[type="file"]');
    for (const name of ["dragenter", "dragover"]) {
      zone.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.add("is-over");
      });
    }
    for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("is-over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer?.files.length) {
        input.files = event.dataTransfer.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      }
    });
  }
})();
