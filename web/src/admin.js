// What every page of the back office does beyond plain HTML. Everything works without it, only slower to the hand.
import "@tabler/core/dist/js/tabler.esm.js";
import htmx from "htmx.org";
import { keys } from "./admin/keys.js";
import { forms } from "./admin/forms.js";
import { switcher } from "./admin/switcher.js";

window.htmx = htmx;
keys(document);
forms(document);
switcher(document);
