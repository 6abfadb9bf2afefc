// What pages can do beyond links and forms: copying addresses, searching while one types. They are whole without it.
(() => {
  "use strict";
  const texts = document.body.dataset;
  const $ = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  const write = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch { // without https there is no clipboard, but there is what browsers did before
      const field = document.createElement("textarea");
      field.value = text;
      (($("dialog[open]")) || document.body).append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
  };

  const copies = (button, text) => {
    button.addEventListener("click", async () => {
      const said = button.innerHTML;
      await write(text());
      button.focus();
      button.textContent = texts.copied;
      setTimeout(() => { button.innerHTML = said; }, 1500);
    }, { passive: true });
  };

  for (const button of all("button[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    button.hidden = false;
    copies(button, () => field.value);
    // from its end: so that a long one shows its beginning
    field.addEventListener("focus", () => field.setSelectionRange(0, field.value.length, "backward"));
  }

  const dialog = $("#taking");
  const take = (name, url) => {
    $("h2 bdi", dialog).textContent = name;
    $("input", dialog).value = url;
    for (const link of all("a[data-start]", dialog)) {
      link.href = link.dataset.start + ("encoded" in link.dataset ? encodeURIComponent(url) : url);
    }
    dialog.showModal();
  };
  if (dialog) {
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  }

  const equip = (within) => {
    for (const row of all(".feeds > li", within)) {
      const plain = $(".plain", row);
      const name = $(".name", row).textContent;
      const url = row.parentNode.dataset.base + plain.getAttribute("href");
      const button = document.createElement("button");
      const silent = document.createElement("span");
      silent.className = "sr";
      silent.textContent = ` ${name}`;
      button.type = "button";
      button.append(texts.copy, silent);
      copies(button, () => url);
      plain.replaceWith(button);
      if (dialog) {
        $(".take", row).addEventListener("click", (event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          take(name, url);
        });
      }
    }
  };
  const row = $("#list .feeds > li")?.cloneNode(true);
  const base = $("#list .feeds")?.dataset.base;
  equip(document);

  const form = $("#feeds form.search");
  const list = $("#list");
  if (!form || !list) return;
  let waiting = 0;
  let asking = new AbortController();
  const ask = async () => {
    asking.abort();
    asking = new AbortController();
    const asked = new URLSearchParams(new FormData(form));
    asked.set("q", asked.get("q").trim());
    if (!asked.get("q")) asked.delete("q");
    const address = `/${asked.size ? "?" : ""}${asked}`;
    try {
      const answer = await fetch(address, { signal: asking.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      list.replaceChildren(...$("#list", page).childNodes);
      $("#announced").textContent = $(".count", list).textContent;
      history.replaceState(null, "", address);
      equip(list);
    } catch (problem) {
      if (problem.name !== "AbortError") form.submit();
    }
  };

  // Where nobody answers queries, in what lists all feeds: names that hold what is typed.
  const plainly = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const before = [...list.childNodes];
  let every;
  const look = async () => {
    const typed = plainly(form.q.value.trim());
    every ??= fetch(form.dataset.all).then((answer) => answer.json());
    const { feeds } = await every;
    if (typed !== plainly(form.q.value.trim())) return; // more was typed meanwhile
    if (!typed) return list.replaceChildren(...before);
    const found = feeds.filter((each) => each.scheme !== "site" && plainly(each.term).includes(typed)).slice(0, 40);
    const shown = document.createElement("ul");
    shown.className = "feeds";
    shown.dataset.base = base;
    for (const each of found) {
      const made = row.cloneNode(true);
      const place = new URL(each.html).pathname;
      $(".name", made).href = place;
      $(".name bdi", made).textContent = each.term;
      $(".facts", made).textContent = each.entries;
      $(".plain", made)?.setAttribute("href", `${place}atom.xml`);
      $(".take", made).href = `${place}#subscribe`;
      for (const silent of all(".acts .sr", made)) silent.textContent = ` ${each.term}`;
      shown.append(made);
    }
    const none = form.dataset.none.replace("%", form.q.value.trim());
    $("#announced").textContent = found.length ? found.length : none;
    const count = document.createElement("p");
    count.className = "count";
    count.textContent = found.length ? "" : none;
    list.replaceChildren(count, shown);
    equip(list);
  };
  const search = form.dataset.all ? look : ask;
  form.hidden = false;
  form.addEventListener("input", (event) => {
    clearTimeout(waiting);
    if (!event.isComposing) waiting = setTimeout(search, 120); // a character is still being chosen
  });
  form.addEventListener("compositionend", () => { clearTimeout(waiting); waiting = setTimeout(search, 120); });
  form.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(waiting); search(); });
})();
