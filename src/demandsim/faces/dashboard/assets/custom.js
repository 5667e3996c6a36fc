// What Solara and Vuetify leave out for those who read by ear, by keyboard or by magnifier.

document.documentElement.lang = "en-GB"; // unsaid by Solara, which forbids zooming too
document.querySelector('meta[name="viewport"]')?.setAttribute("content", "width=device-width, initial-scale=1");

// Light or dark as the system has it, until somebody chooses; `theme` and `appContainer` are Solara's.
if (!localStorage.getItem(":solara:theme.variant")) theme.variant = "auto";
appContainer.classList.toggle("theme--dark", inDarkMode());
appContainer.classList.toggle("theme--light", !inDarkMode());

// Vuetify wraps a list's field in a second control, with the state that belongs to the field.
function nameLists() {
  for (const wrap of document.querySelectorAll(".v-input__slot[role]")) {
    const field = wrap.querySelector(".v-select__slot input:not([type=hidden])");
    if (!field) continue;
    wrap.removeAttribute("role");
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-haspopup", "listbox");
  }
  for (const wrap of document.querySelectorAll(".v-input__slot[aria-expanded]")) {
    const field = wrap.querySelector(".v-select__slot input:not([type=hidden])");
    if (!field) continue;
    field.setAttribute("aria-expanded", wrap.getAttribute("aria-expanded"));
    field.setAttribute("aria-controls", wrap.getAttribute("aria-owns") ?? field.getAttribute("aria-controls"));
    for (const state of ["aria-expanded", "aria-haspopup", "aria-owns"]) wrap.removeAttribute(state);
  }
}

// A word of ours is explained beside it while it is pointed at or has the focus; Escape puts that away.
const explains = document.createElement("div");
explains.className = "ds-explains";
explains.setAttribute("role", "tooltip");
explains.hidden = true;
let leaving = 0;

function explain(word) {
  const said = document.getElementById(word.getAttribute("aria-describedby"));
  if (!said) return;
  clearTimeout(leaving);
  explains.textContent = said.textContent;
  document.querySelector(".v-application").append(explains);
  explains.hidden = false;
  const at = word.getBoundingClientRect(), own = explains.getBoundingClientRect();
  explains.style.left = `${Math.max(8, Math.min(at.left, innerWidth - own.width - 8))}px`;
  explains.style.top = `${at.bottom + own.height + 8 < innerHeight ? at.bottom + 2 : at.top - own.height - 2}px`;
}
function putAway() { explains.hidden = true; }
function leave() { clearTimeout(leaving); leaving = setTimeout(putAway, 150); }

document.addEventListener("mouseover", (event) => {
  const word = event.target.closest?.("dfn[aria-describedby]");
  if (word) explain(word);
  else if (event.target.closest?.(".ds-explains")) clearTimeout(leaving);
  else if (!explains.hidden && !document.activeElement?.matches("dfn")) leave();
});
document.addEventListener("focusin", (event) => {
  if (event.target.matches("dfn[aria-describedby]")) explain(event.target);
  else putAway();
});
document.addEventListener("keydown", (event) => { if (event.key === "Escape") putAway(); });
document.addEventListener("scroll", putAway, true);

// A bar without a name says how far something is.
function nameBars() {
  for (const bar of document.querySelectorAll(".v-progress-linear:not([aria-label])")) {
    bar.setAttribute("aria-label", bar.matches(".v-progress-linear--absolute") ? "Working" : "How far the run is");
  }
}

new MutationObserver(() => { nameLists(); nameBars(); }).observe(document.body, { childList: true, subtree: true,
  attributes: true, attributeFilter: ["aria-expanded"] });
