// Signing in: by a code that is typed, opened or seen by the camera, or by an account; then choosing a profile.
import { Api, Refused } from "./api.js";
import { Camera } from "./camera.js";
import { busy, button, field, h, icon } from "./dom.js";
import { refusalOf } from "./said.js";
import { language, t } from "./words.js";

const CODE = /^[0-9A-Za-z]{4}-?[0-9A-Za-z]{4}$/;
const NAME_CHARS_MAX = 100;

// The code that a profile's picture holds: an address that ends in it, or the code itself.
export function codeIn(text) {
  const code = text.trim().split("#").pop();
  return CODE.test(code) ? code : null;
}

export class Login {
  // `done(made, name)` hears of a new device.
  constructor({ screen, software, name, notice = null, languages, waiting = 0, done }) {
    Object.assign(this, { screen, _software: software, _name: name, _notice: notice, _languages: languages, _waiting: waiting, _done: done });
    this.api = new Api({ language: language() });
  }

  show(code = "") {
    this._problem = h("p", { class: "problem", role: "alert", hidden: true });
    const video = h("video", { class: "small-sight", playsinline: true, muted: true, hidden: true, "aria-label": t("What the camera sees") });
    this._camera = new Camera({ video, ...sources(), read: (text) => this._seen(text) });
    this.screen.replaceChildren(
      h("div", { class: "page" },
        h("header", { class: "brand" }, icon("scan"), h("h1", {}, t("Scanner"))),
        this._notice && h("p", { class: "note", role: "status" }, icon("info-circle"), this._notice),
        this._waiting > 0 && h("p", { class: "note" }, icon("cloud-upload"), t("Scans kept on this device that were not sent: {count}. They are sent once you log in again.", { count: this._waiting })),
        !globalThis.isSecureContext && h("p", { class: "note" }, icon("alert-triangle"), t("This address is not encrypted (https): the camera and scanning offline do not work here.")),
        this._problem, this._byCode(code, video), this._byAccount(), this._languages,
      ),
    );
    if (code) this._typed(code);
  }

  close() {
    this._camera.stop();
  }

  _byCode(code, video) {
    const submit = h("button", { type: "submit", class: "primary large" }, t("Log in with the code"));
    const form = h("form", { class: "card" },
      h("h2", {}, t("With a code")),
      field("code", t("Code of the gate or of the organiser"), { value: code, autocapitalize: "characters", spellcheck: "false", required: true, maxlength: "12", class: "code" }, t("Eight letters and digits, from the organiser.")),
      field("device", t("Name of this scanner"), { value: this._name, maxlength: String(NAME_CHARS_MAX), required: true }),
      submit,
      Camera.possible && button({ class: "large" }, () => this._look(video), icon("camera"), t("Scan the code with the camera")),
      video,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      busy(submit, () => this._signIn({ code: form.elements.code.value }));
    });
    this._codeForm = form;
    return form;
  }

  _byAccount() {
    const submit = h("button", { type: "submit", class: "large" }, t("Log in with the account"));
    this._second = h("div", { hidden: true }, field("second_factor", t("Code of your app, or a recovery code"), { inputmode: "text", autocomplete: "one-time-code" }));
    const form = h("form", { class: "card" },
      field("email", t("E-mail address"), { type: "email", required: true, autocomplete: "username" }),
      field("password", t("Password"), { type: "password", required: true, autocomplete: "current-password" }),
      this._second, submit,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const { email, password, second_factor: second } = form.elements;
      busy(submit, () => this._signIn({ email: email.value, password: password.value, second_factor: second.value }));
    });
    return h("details", { class: "other-way" }, h("summary", {}, t("With your account")), form);
  }

  async _look(video) {
    video.hidden = false;
    try {
      await this._camera.start();
    } catch {
      video.hidden = true;
      this._tell(t("The camera cannot be used. Allow it in the browser's settings, or type the code."));
    }
  }

  _seen(text) {
    const code = codeIn(text);
    if (!code) return this._tell(t("This picture is not a code of a gate."));
    this._camera.stop();
    this._typed(code);
  }

  _typed(code) {
    this._codeForm.elements.code.value = code;
    this._codeForm.requestSubmit();
  }

  async _signIn(by) {
    this._problem.hidden = true;
    try {
      const { opening, profiles } = await this.api.post("sign-ins", by);
      if (!profiles.length) return this._tell(t("There is nothing to scan for you: ask the organiser for a profile."));
      if (profiles.length === 1) return await this._enrol(opening, profiles[0]);
      this._choose(opening, profiles);
    } catch (error) {
      if (error instanceof Refused && error.code === "second-factor-needed") {
        this._second.hidden = false;
        this._second.querySelector("input").focus();
      }
      this._tell(refusalOf(error));
    }
  }

  _choose(opening, profiles) {
    this._name = this._deviceName();
    this.close();
    this._problem = h("p", { class: "problem", role: "alert", hidden: true });
    this.screen.replaceChildren(
      h("div", { class: "page" },
        h("h1", {}, t("Choose what you scan")), this._problem,
        h("ul", { class: "choices" }, profiles.map((one) => h("li", {}, button({ class: "large choice-button" }, () => this._enrol(opening, one),
          h("b", {}, one.name), h("span", {}, t("Gate {gate}", { gate: one.gate })), h("span", { class: "quiet" }, one.box_office_name))))),
        button({}, () => this.show(), icon("arrow-left"), t("Back")),
      ),
    );
  }

  async _enrol(opening, profile) {
    const name = this._deviceName();
    try {
      const made = await this.api.post("devices", { opening, profile: profile.id, name, software: this._software, hardware: hardware() });
      this.close();
      await this._done(made, name);
    } catch (error) {
      this._tell(refusalOf(error));
    }
  }

  _deviceName() {
    return (this._codeForm.elements.device.value.trim() || this._name).slice(0, NAME_CHARS_MAX);
  }

  _tell(text) {
    this._problem.textContent = text;
    this._problem.hidden = false;
    this._problem.scrollIntoView({ block: "nearest" });
  }
}

export function sources() {
  const { reader, wasm } = document.body.dataset;
  return { reader, wasm };
}

// What the browser says of the machine, shortly.
function hardware() {
  const { userAgentData: told, platform = "" } = navigator;
  return (told?.platform || platform).slice(0, NAME_CHARS_MAX);
}
