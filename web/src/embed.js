// A shop of Placeur on your page. Put this once into it, from the address of your box office:
//
//   <script src="https://tickets.example/embed.js" async></script>
//   <placeur-shop shop="opera"></placeur-shop>
//   <placeur-button shop="opera" event="…">Tickets</placeur-button>
//   <iframe data-placeur src="…" …></iframe>
//
// The frame is as high as what is in it, the page scrolls to its top when it shows another page, and what visitors do
// in it is told to your page's document by events. Nothing is kept in the browser.
import { addressOf, read } from "./embed/addresses.js";
import { STYLE } from "./embed/style.js";

const home = new URL(document.currentScript.src).origin;
const frames = new Set();

function frameOf(address, title) {
  const frame = document.createElement("iframe");
  frame.title = title;
  frame.src = address;
  frames.add(frame);
  return frame;
}

window.addEventListener("message", ({ source, origin, data }) => {
  if (origin !== home) return;
  const frame = [...frames, ...document.querySelectorAll("iframe[data-placeur]")].find((one) => one.contentWindow === source);
  const told = frame && read(data);
  if (!told) return;
  if (told.kind === "height") frame.style.height = `${told.height}px`;
  if (told.kind === "event") document.dispatchEvent(new CustomEvent(told.name, { detail: told.detail }));
  if (told.kind === "page") shown(frame);
});

// The first page is where the reader is; with each later one they begin at its top.
function shown(frame) {
  if (frame.dataset.shown && frame.getBoundingClientRect().top < 0) frame.scrollIntoView({ block: "start" });
  frame.dataset.shown = "yes";
  frame.style.border = "0";
}

function dressed(element) {
  const root = element.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  return root;
}

class PlaceurShop extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const frame = frameOf(addressOf(home, this), this.title || "Tickets");
    dressed(this).append(frame);
  }
}

class PlaceurButton extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const root = dressed(this);
    const button = document.createElement("button");
    button.type = "button";
    button.part = "button";
    button.append(document.createElement("slot"));
    button.addEventListener("click", () => this._open(root));
    root.append(button);
  }

  _open(root) {
    this._dialog ??= this._made(root);
    this._dialog.showModal();
  }

  // The visit stays while the page does: closed and opened again, the cart is as it was.
  _made(root) {
    const dialog = document.createElement("dialog");
    dialog.setAttribute("aria-label", this.textContent.trim() || "Tickets");
    const close = document.createElement("button");
    close.type = "button";
    close.className = "close";
    close.setAttribute("aria-label", this.getAttribute("close-label") || "Close");
    close.textContent = "×";
    close.addEventListener("click", () => dialog.close());
    const page = document.createElement("div");
    page.className = "page";
    page.append(frameOf(addressOf(home, this), dialog.getAttribute("aria-label")));
    dialog.append(close, page);
    root.append(dialog);
    return dialog;
  }
}

customElements.define("placeur-shop", PlaceurShop);
customElements.define("placeur-button", PlaceurButton);
