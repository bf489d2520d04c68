"use strict";
// Works on what the page holds; loads nothing, and writes text only as text.
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (name, text) => Object.assign(document.createElement(name), { textContent: text });
  root.classList.add("js");

  // Theme: what the system says, until the reader chooses.
  const theme = document.getElementById("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
  const showTheme = () => {
    theme.textContent = isDark() ? "Light theme" : "Dark theme";
  };
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    showTheme();
  });
  dark.addEventListener("change", showTheme);
  showTheme();

  // Paper has no triangles to click.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    for (const item of closed) item.open = true;
  });
  addEventListener("afterprint", () => {
    for (const item of closed) item.open = false;
  });
  document.getElementById("print").addEventListener("click", () => print());

  // Findings: search and filters.
  const cards = all("#findings details.card");
  const texts = new Map(cards.map((card) => [card, card.textContent.toLowerCase()]));
  const search = document.getElementById("search");
  const boxes = all("#filters input[type=checkbox]");
  const account = document.getElementById("account");
  const status = document.getElementById("shown");
  const none = document.getElementById("none");
  const wanted = (name) =>
    new Set(boxes.filter((box) => box.name === name && box.checked).map((box) => box.value));
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const [severities, states] = [wanted("severity"), wanted("state")];
    let count = 0;
    for (const card of cards) {
      const text = texts.get(card);
      const fits =
        severities.has(card.dataset.severity) &&
        states.has(card.dataset.state) &&
        (!account.value || card.dataset.accounts.split(" ").includes(account.value)) &&
        words.every((word) => text.includes(word));
      card.hidden = !fits;
      count += fits;
    }
    for (const group of all("#findings .kind-of-finding")) {
      group.hidden = !all("details.card:not([hidden])", group).length;
    }
    status.textContent = `${count} of ${cards.length} shown`;
    none.hidden = count > 0 || !cards.length;
  };
  if (search) {
    search.addEventListener("input", apply);
    account.addEventListener("change", apply);
    for (const box of boxes) box.addEventListener("change", apply);
    document.getElementById("reset").addEventListener("click", () => {
      search.value = account.value = "";
      for (const box of boxes) box.checked = box.defaultChecked;
      apply();
    });
    document.getElementById("all").addEventListener("click", (event) => {
      const open = event.currentTarget.getAttribute("aria-pressed") !== "true";
      event.currentTarget.setAttribute("aria-pressed", String(open));
      for (const card of cards) if (!card.hidden) card.open = open;
    });
    apply();
  }

  // A permanent link opens what it points at, whatever the filters hide.
  const follow = () => {
    let target = null;
    try {
      target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return;
    }
    if (!target) return;
    for (let item = target; item; item = item.parentElement) {
      item.hidden = false;
      if (item.tagName === "DETAILS") item.open = true;
    }
    target.scrollIntoView();
    const handle = target.tagName === "DETAILS" ? target.querySelector(":scope > summary") : target;
    handle.focus({ preventScroll: true });
  };
  addEventListener("hashchange", follow);
  follow();
  for (const button of all("button.copy")) {
    button.addEventListener("click", async () => {
      const link = new URL(`#${button.dataset.link}`, location.href).href;
      try {
        await navigator.clipboard.writeText(link);
        button.textContent = "Link copied";
      } catch {
        location.hash = button.dataset.link;
      }
    });
  }

  // Tables of many rows: search.
  for (const field of all("input[data-rows]")) {
    const rows = all(`#${field.dataset.rows} tbody tr`);
    const told = document.getElementById(`${field.dataset.rows}-shown`);
    const known = rows.map((row) => row.textContent.toLowerCase());
    const narrow = () => {
      const word = field.value.toLowerCase();
      let count = 0;
      rows.forEach((row, index) => {
        row.hidden = !known[index].includes(word);
        count += !row.hidden;
      });
      told.textContent = `${count} of ${rows.length} shown`;
    };
    field.addEventListener("input", narrow);
    narrow();
  }

  // Maps: zoom, pan, search, and what leads to a box and where it leads.
  for (const map of all("section.who")) {
    const stage = map.querySelector(".stage");
    const svg = stage.querySelector("svg");
    const panel = map.querySelector(".panel");
    const links = all(".link", svg);
    const shapes = new Map(all("a.box", svg).map((box) => [box.dataset.box, box]));
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    let view = { x: 0, y: 0, w: width, h: height };
    const least = 260;
    const draw = () => svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
    const fit = () => {
      const room = stage.clientWidth;
      if (!room) return;
      const scale = Math.min(Math.max(room / width, 0.7), 1.15);
      stage.style.height = `${Math.max(height * scale, 200)}px`;
      const w = room / scale;
      const h = stage.clientHeight / scale;
      view = { x: w > width ? (width - w) / 2 : 0, y: h > height ? (height - h) / 2 : 0, w, h };
      draw();
    };
    const zoom = (factor, x = view.x + view.w / 2, y = view.y + view.h / 2) => {
      const w = Math.min(Math.max(view.w * factor, least), 3 * Math.max(width, height));
      const scale = w / view.w;
      view = { x: x - (x - view.x) * scale, y: y - (y - view.y) * scale, w, h: view.h * scale };
      draw();
    };
    const move = (x, y) => {
      view.x += x * view.w;
      view.y += y * view.h;
      draw();
    };
    const place = (event) => {
      const frame = stage.getBoundingClientRect();
      return [
        view.x + ((event.clientX - frame.left) / frame.width) * view.w,
        view.y + ((event.clientY - frame.top) / frame.height) * view.h,
      ];
    };
    map.querySelector(".in").addEventListener("click", () => zoom(0.8));
    map.querySelector(".out").addEventListener("click", () => zoom(1.25));
    map.querySelector(".fit").addEventListener("click", () => fit());
    stage.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        zoom(event.deltaY > 0 ? 1.15 : 0.87, ...place(event));
      },
      { passive: false },
    );
    let grip = null;
    let moved = false;
    stage.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      grip = [event.clientX, event.clientY];
      moved = false;
    });
    addEventListener("pointermove", (event) => {
      if (!grip) return;
      const frame = stage.getBoundingClientRect();
      const [x, y] = [event.clientX - grip[0], event.clientY - grip[1]];
      if (!moved && Math.hypot(x, y) < 4) return;
      moved = true;
      stage.classList.add("dragging");
      move(-x / frame.width, -y / frame.height);
      grip = [event.clientX, event.clientY];
    });
    addEventListener("pointerup", () => {
      grip = null;
      stage.classList.remove("dragging");
    });
    const keys = {
      "+": () => zoom(0.8),
      "=": () => zoom(0.8),
      "-": () => zoom(1.25),
      0: () => fit(),
      ArrowLeft: () => move(-0.1, 0),
      ArrowRight: () => move(0.1, 0),
      ArrowUp: () => move(0, -0.1),
      ArrowDown: () => move(0, 0.1),
      Escape: () => choose(null),
    };
    stage.addEventListener("keydown", (event) => {
      if (!(event.key in keys) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      keys[event.key]();
    });

    const reach = (start, from, to) => {
      const found = new Set([start]);
      for (const name of found) {
        for (const link of links) if (link.dataset[from] === name) found.add(link.dataset[to]);
      }
      return found;
    };
    const light = (names) => {
      svg.classList.toggle("focused", names !== null);
      for (const [name, box] of shapes) box.classList.toggle("dim", names !== null && !names.has(name));
      for (const link of links) {
        const lit = names !== null && names.has(link.dataset.from) && names.has(link.dataset.to);
        link.classList.toggle("lit", lit);
        link.classList.toggle("dim", names !== null && !lit);
      }
    };
    const choose = (name) => {
      for (const [other, box] of shapes) box.classList.toggle("chosen", other === name);
      if (name === null) {
        light(null);
        panel.hidden = true;
        return;
      }
      light(new Set([...reach(name, "from", "to"), ...reach(name, "to", "from")]));
      const entry = document.getElementById(name);
      const close = make("button", "Show everything");
      close.addEventListener("click", () => choose(null));
      panel.replaceChildren(
        make("h3", entry.querySelector("summary").textContent),
        ...[...entry.querySelector("div").cloneNode(true).childNodes],
        close,
      );
      panel.hidden = false;
      panel.scrollTop = 0;
    };
    svg.addEventListener("click", (event) => {
      const box = event.target.closest("a.box");
      if (box) event.preventDefault();
      if (!moved) choose(box ? box.dataset.box : null);
    });
    svg.addEventListener("focusin", (event) => {
      const box = event.target.closest("a.box");
      const rect = box?.querySelector("rect");
      if (!rect || grip) return;
      const [x, y] = [Number(rect.getAttribute("x")), Number(rect.getAttribute("y"))];
      const inside = x > view.x && y > view.y && x + 190 < view.x + view.w && y + 48 < view.y + view.h;
      if (!inside) {
        view.x = x + 95 - view.w / 2;
        view.y = y + 24 - view.h / 2;
        draw();
      }
    });

    const entries = all("details.entry", map);
    const names = (item) => all("summary, code", item).map((part) => part.textContent).join(" ");
    const members = new Map(entries.map((item) => [item.id, names(item).toLowerCase()]));
    const field = map.querySelector("input[type=search]");
    const told = map.querySelector(".status");
    field.addEventListener("input", () => {
      const word = field.value.trim().toLowerCase();
      choose(null);
      const found = new Set();
      for (const item of entries) {
        const fits = members.get(item.id).includes(word);
        item.hidden = !fits;
        if (fits) found.add(item.id);
      }
      light(word ? found : null);
      told.textContent = word ? `${found.size} of ${entries.length} boxes` : "";
      if (word && found.size === 1) choose([...found][0]);
    });
    const from = map.querySelector("select");
    from.addEventListener("change", () => {
      field.value = "";
      for (const item of entries) item.hidden = false;
      choose(from.value || null);
    });
    const outer = map.closest("details");
    if (outer) outer.addEventListener("toggle", () => outer.open && fit());
    addEventListener("resize", fit);
    addEventListener("beforeprint", () => svg.setAttribute("viewBox", `0 0 ${width} ${height}`));
    addEventListener("afterprint", draw);
    fit();
  }

  // Where the reader is.
  const places = new Map(all(".side a").map((link) => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver(
    (changes) => {
      for (const change of changes) {
        if (!change.isIntersecting) continue;
        for (const [name, link] of places) {
          link.classList.toggle("here", name === change.target.id);
          if (name === change.target.id) link.setAttribute("aria-current", "true");
          else link.removeAttribute("aria-current");
        }
      }
    },
    { rootMargin: "-20% 0px -70% 0px" },
  );
  for (const section of all("main > section[id]")) seen.observe(section);
})();
