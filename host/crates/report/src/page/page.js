// What moves on the page: the tip beside the value nearest the pointer, series that are hidden by their legend, the theme.
// Without it all can still be read: each chart has its table.
"use strict";
(() => {
  const tip = document.getElementById("tip");
  // Farther from the pointer, in pixels, no value is meant.
  const REACH = 80;
  let shown = null;

  const hide = () => {
    if (shown) shown.classList.remove("is-near");
    shown = null;
    tip.textContent = "";
  };

  const show = (value) => {
    if (value !== shown) {
      hide();
      shown = value;
      value.classList.add("is-near");
      tip.textContent = value.dataset.tip;
    }
    const at = value.getBoundingClientRect();
    const own = tip.getBoundingClientRect();
    const within = (place, room) => Math.max(4, Math.min(place, room - 4));
    const above = at.top - own.height - 8;
    const left = within(at.left + at.width / 2 - own.width / 2, document.documentElement.clientWidth - own.width);
    const top = above >= 4 ? above : within(Math.max(at.top, 0) + Math.min(at.height, 40) + 8, innerHeight - own.height);
    tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  };

  // What scrolls sideways is seen to: it fades at the edge where it is cut.
  for (const box of document.querySelectorAll(".scroll, .drawing")) {
    const mark = () => {
      box.classList.toggle("is-cut-left", box.scrollLeft > 1);
      box.classList.toggle("is-cut-right", box.scrollLeft + box.clientWidth < box.scrollWidth - 1);
    };
    box.addEventListener("scroll", mark, { passive: true });
    new ResizeObserver(mark).observe(box);
  }

  for (const drawing of document.querySelectorAll(".drawing")) {
    const svg = drawing.querySelector("svg");
    const all = [...svg.querySelectorAll(".value[data-tip]")];
    const legends = [...svg.querySelectorAll(".legend[data-series]")];
    const hidden = new Set();
    // Where the values are, from the drawing's own corner; measured when it is first needed, and anew when that changes.
    let places = null;
    const visible = () => all.filter((value) => !hidden.has(value.dataset.series));
    const measure = () => {
      const corner = svg.getBoundingClientRect();
      return visible().map((value) => {
        const { left, top, right, bottom } = value.getBoundingClientRect();
        const [x, y] = [corner.left, corner.top];
        return { value, left: left - x, top: top - y, right: right - x, bottom: bottom - y };
      });
    };
    new ResizeObserver(() => { places = null; }).observe(svg);

    const nearest = (x, y) => {
      places ??= measure();
      const corner = svg.getBoundingClientRect();
      const [px, py] = [x - corner.left, y - corner.top];
      let best = null;
      let least = [REACH, Infinity];
      for (const place of places) {
        const away = Math.hypot(
          Math.max(place.left - px, 0, px - place.right),
          Math.max(place.top - py, 0, py - place.bottom),
        );
        // Of two that both hold the pointer the one whose middle is nearer.
        const middle = Math.hypot(px - (place.left + place.right) / 2, py - (place.top + place.bottom) / 2);
        if (away < least[0] || (away === least[0] && middle < least[1])) {
          best = place.value;
          least = [away, middle];
        }
      }
      return best;
    };

    const follow = (event) => {
      const value = event.target.closest?.(".legend") ? null : nearest(event.clientX, event.clientY);
      if (value) show(value); else hide();
    };
    svg.addEventListener("pointermove", follow);
    svg.addEventListener("pointerdown", follow);
    svg.addEventListener("pointerleave", (event) => { if (event.pointerType !== "touch") hide(); });

    // One stop for the keyboard: arrows go from value to value (left, right) and from series to series (up, down).
    if (all.length > 0) {
      drawing.tabIndex = 0;
      drawing.classList.add("is-active");
      drawing.setAttribute("role", "group");
      drawing.setAttribute("aria-label", `${svg.getAttribute("aria-label")}. Arrow keys read its values.`);
    }
    const step = (key) => {
      const values = visible();
      if (values.length === 0) return null;
      const at = values.indexOf(shown);
      if (at < 0 || key === "Home") return values[0];
      if (key === "End") return values[values.length - 1];
      const series = (value) => values.filter((other) => other.dataset.series === value.dataset.series);
      const own = series(shown);
      const place = own.indexOf(shown);
      if (key === "ArrowRight") return own[Math.min(place + 1, own.length - 1)];
      if (key === "ArrowLeft") return own[Math.max(place - 1, 0)];
      const names = [...new Set(values.map((value) => value.dataset.series))];
      const name = names.indexOf(shown.dataset.series) + (key === "ArrowDown" ? 1 : -1);
      const other = values.filter((value) => value.dataset.series === names[(name + names.length) % names.length]);
      return other[Math.min(place, other.length - 1)];
    };
    drawing.addEventListener("keydown", (event) => {
      const isKey = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(event.key);
      if (event.target !== drawing || !isKey || event.ctrlKey || event.altKey || event.metaKey) return;
      const value = step(event.key);
      if (!value) return;
      event.preventDefault();
      value.scrollIntoView({ block: "nearest", inline: "nearest" });
      show(value);
    });
    drawing.addEventListener("blur", hide);

    // Parts within an image are hidden from screen readers; with a legend to press it is no image any more.
    if (legends.length > 0) svg.setAttribute("role", "group");
    for (const legend of legends) {
      const series = legend.dataset.series;
      const toggle = () => {
        if (!hidden.delete(series)) hidden.add(series);
        legend.setAttribute("aria-pressed", String(!hidden.has(series)));
        for (const part of svg.querySelectorAll(`[data-series="${CSS.escape(series)}"]:not(.legend)`)) {
          part.classList.toggle("is-off", hidden.has(series));
        }
        places = null;
        hide();
      };
      legend.setAttribute("role", "button");
      legend.setAttribute("tabindex", "0");
      legend.setAttribute("aria-pressed", "true");
      legend.setAttribute("aria-label", `Series ${legend.textContent.trim()}`);
      legend.addEventListener("click", toggle);
      legend.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        toggle();
      });
    }
  }

  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  document.addEventListener("pointerdown", (event) => { if (!event.target.closest?.(".drawing svg")) hide(); });
  addEventListener("scroll", () => { if (shown) show(shown); }, { passive: true, capture: true });

  // A box that scrolls can be reached by keyboard; one that does not is no stop on the way.
  const boxes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const scrolls = target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight;
      if (scrolls) target.tabIndex = 0; else target.removeAttribute("tabindex");
    }
  });
  for (const box of document.querySelectorAll(".scroll")) boxes.observe(box);

  const theme = document.getElementById("theme");
  const themes = ["system", "light", "dark"];
  let current = 0;
  theme.hidden = false;
  theme.addEventListener("click", () => {
    current = (current + 1) % themes.length;
    if (current === 0) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = themes[current];
    theme.textContent = `Theme: ${themes[current]}`;
  });
})();
