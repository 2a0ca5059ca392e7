// What verdicts and refusals are in words.
import { t } from "./words.js";

const VERDICTS = {
  admitted: () => [t("Come in"), "check"],
  left: () => [t("Goodbye"), "door-exit"],
  already_in: () => [t("Already in"), "x"],
  not_in: () => [t("Not inside"), "alert-triangle"],
  entries_spent: () => [t("Entries used up"), "x"],
  wrong_zone: () => [t("Wrong entrance"), "alert-triangle"],
  wrong_performance: () => [t("Wrong date"), "alert-triangle"],
  not_paid: () => [t("Not paid"), "alert-triangle"],
  cancelled: () => [t("Ticket cancelled"), "ban"],
  opposed: () => [t("Ticket blocked"), "ban"],
  old_code: () => [t("Old ticket"), "x"],
  unknown: () => [t("No ticket of ours"), "x"],
  forged: () => [t("Forged"), "x"],
  refused: () => [t("Not scanned"), "alert-triangle"],
  cancelled_now: () => [t("Back on sale"), "check"],
};
const WHY = {
  already_in: () => t("Somebody came in with this ticket."),
  not_in: () => t("Nobody is inside with this ticket."),
  entries_spent: () => t("It came in as often as it may."),
  wrong_zone: () => t("This ticket is for another zone."),
  wrong_performance: () => t("This ticket is for another date or event."),
  not_paid: () => t("Send them to the box office to pay."),
  cancelled: () => t("This ticket, or the date, was cancelled."),
  opposed: () => t("The organiser has blocked this ticket. Call a supervisor."),
  old_code: () => t("A newer ticket replaced this one: ask for that."),
  unknown: () => t("This is no ticket of this organiser."),
  forged: () => t("It looks like a ticket, but the organiser did not sign it. Call a supervisor."),
};

export function wordOf(verdict) {
  return (VERDICTS[verdict] ?? VERDICTS.unknown)();
}

export function whyOf(verdict) {
  return WHY[verdict]?.() ?? null;
}

// A refusal's sentence, in the language of the screen where the page has it.
export function refusalOf(error) {
  if (error.status === undefined) return t("The server does not answer. Check the network, then try again.");
  if (error.code === "input-refused" || error.code === "not-found") return t("The server did not take this: {detail}", { detail: error.message });
  const said = t(error.code, error.fields);
  return said === error.code ? t("The server did not take this: {detail}", { detail: error.message }) : said;
}
