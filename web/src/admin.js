// What every page of the back office does beyond plain HTML. Everything works without it, only slower to the hand.
import "@tabler/core/dist/js/tabler.esm.js";
import htmx from "htmx.org";
import { charts } from "./admin/charts.js";
import { keys } from "./admin/keys.js";
import { formOptions } from "./admin/form_options.js";
import { dates } from "./admin/dates.js";
import { forms } from "./admin/forms.js";
import { maps } from "./admin/map.js";
import { passkeys } from "./admin/passkeys.js";
import { copy } from "./admin/copy.js";
import { marks } from "./admin/marks.js";
import { keyFromName } from "./admin/box_office.js";
import { search } from "./admin/search.js";
import { switcher } from "./admin/switcher.js";

window.htmx = htmx;
keys(document);
charts(document);
forms(document);
maps(document);
passkeys(document);
formOptions(document);
switcher(document);
copy(document);
keyFromName(document);
search(document);
dates(document);
marks(document);
