/** The front desk's page. It shows what the API answers and decides nothing. */

/** Every question that is asked here; all of them only read. */
const API = {
  clinic: ["GET", "/v1/clinic"],
  balance: ["GET", "/v1/patients/{patient}/balance"],
  history: ["GET", "/v1/subscriptions/{subscription}/history"],
  quote: ["GET", "/v1/subscriptions/{subscription}/refund-quote"],
  check: ["POST", "/v1/check"],
};

/** Somebody who left the desk has left the page (45 CFR 164.312(a)(2)(iii), automatic logoff). */
const IDLE_MS = 15 * 60 * 1000;

/** The key and what the clinic is like; in memory alone, so that closing the page ends it. */
let session = null;
let patient = "";
/** Counts what was asked for last: an answer to anything before it must not be shown. */
let turn = 0;
let idle = 0;

const $ = (id) => document.getElementById(id);

/** Ends quietly whatever waited for an answer that nobody wants any more. */
class Outdated extends Error {}

/** Asks the API; what it refuses becomes an Error in its own words. */
async function ask([method, path], names, question) {
  const asked = turn;
  const address = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(names[name]));
  const headers = { Authorization: `Bearer ${session.key}` };
  if (session.place) headers["Ledger-Clinic"] = session.place;
  if (question) headers["Content-Type"] = "application/json";
  const body = question && JSON.stringify(question);
  // Without its first slash the address holds behind a proxy that puts a prefix before it.
  const answer = await fetch(address.slice(1), { method, headers, body, credentials: "omit" });
  const told = await answer.json();
  if (asked !== turn) throw new Outdated();
  if (!answer.ok) throw new Error(told.field ? `${told.field}: ${told.detail}` : told.detail);
  return told;
}

/** An element with properties and children; text goes in as text, whatever it holds. */
function make(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Shows what went wrong at a place and takes away what was told there before. */
async function telling(place, act) {
  place.hidden = true;
  try {
    await act();
  } catch (error) {
    if (error instanceof Outdated) return;
    place.textContent = error.message;
    place.hidden = false;
  }
}

/** Minor units as an amount: digits are moved, never divided, so no cent is lost. */
function money(minor) {
  const { currency, digits } = session.clinic;
  const text = String(minor).replace("-", "").padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits).replace(/\B(?=(\d{3})+$)/g, ",");
  const sign = String(minor).startsWith("-") ? "-" : "";
  return `${sign}${whole}${digits ? `.${text.slice(-digits)}` : ""} ${currency}`;
}

const words = (code) => code.replaceAll("_", " ");

function facts(pairs) {
  const told = pairs.filter(([, value]) => value);
  const row = ([name, value]) => [make("dt", {}, name), make("dd", {}, value)];
  return make("dl", {}, ...told.flatMap(row));
}

/** A table of rows under columns of a name and a class. */
function table(columns, rows) {
  const head = columns.map(([name, className]) => make("th", { scope: "col", className }, name));
  const parts = [make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)];
  // Reached by the keyboard, so that a wide table can be scrolled without a mouse.
  return make("div", { className: "table", tabIndex: 0 }, make("table", {}, ...parts));
}

/** What is left of a line: money for credit, a count for units, words for the rest. */
function left(line) {
  if (line.granted === null) {
    return line.access ? line.access.map(words).join(", ") : `${line.used} used, not limited`;
  }
  const shown = line.kind === "credit" ? money : String;
  const held = line.held === "0" ? "" : `, ${shown(line.held)} of it held`;
  return `${shown(line.remaining)} of ${shown(line.granted)} left${held}`;
}

/** A line of a contract, with a bar where its units are counted. */
function lineOf(line) {
  const services = (line.services || []).join(", ");
  const covers = services && services !== line.line ? ` (${services})` : "";
  const until = line.expires ? `, to ${line.expires}` : "";
  const told = make("p", {}, `${line.line}${covers}: ${left(line)}${until}`);
  if (line.granted === null || line.granted === "0") return [told];
  const bar = make("meter", { min: 0, max: Number(line.granted), value: Number(line.remaining) });
  bar.setAttribute("aria-label", `${line.line}: ${left(line)}`);
  return [told, bar];
}

/** One contract; its history and quote are asked for when they are opened. */
function contractOf(contract) {
  const more = make("details", {}, make("summary", {}, "History and refund quote"));
  more.addEventListener("toggle", () => openDetails(more, contract.subscription), { once: true });
  const due = `${money(contract.owed)}, ${money(contract.due)} of it due`;
  const owed = contract.owed ? due : "nothing";
  const known = facts([
    ["Status", words(contract.status)],
    ["Valid", `${contract.starts} to ${contract.expires || "no end"}`],
    ["Price", money(contract.price + contract.tax)],
    ["Paid", `${money(contract.paid)} (${words(contract.payment_status)})`],
    ["Owed", owed],
  ]);
  const id = make("small", { className: "note" }, contract.subscription);
  const title = make("h3", {}, `${contract.name} `, id);
  return make("article", {}, title, known, ...contract.lines.flatMap(lineOf), more);
}

function openDetails(more, subscription) {
  const problem = make("p", { className: "problem", hidden: true });
  problem.setAttribute("role", "alert");
  more.append(problem);
  return telling(problem, async () => {
    const asked = [API.history, API.quote].map((question) => ask(question, { subscription }));
    const [history, quote] = await Promise.all(asked);
    more.append(...historyOf(history), ...quoteOf(quote));
  });
}

function historyOf(events) {
  const rows = events.map((event) => {
    const day = make("td", { className: "day" }, event.effective_on);
    return make("tr", {}, day, make("td", {}, event.summary), make("td", {}, event.actor));
  });
  return [make("h4", {}, "History"), table([["Day", ""], ["What happened", ""], ["By", ""]], rows)];
}

/** The contract's own formula with its working; the others are for comparison. */
function quoteOf(quote) {
  const formulas = [...quote.quotes].sort((one, other) => other.chosen - one.chosen);
  const rows = formulas.flatMap((formula) => [
    ...formula.working.map((step) => quoteRow("", step.step, step.amount)),
    quoteRow("total", formulaName(formula), formula.amount),
  ]);
  const title = make("h4", {}, `Refund quote, as of ${quote.as_of}`);
  const ways = quote.to.map((way) => `${money(way.refundable)} to ${way.payment}`).join(", ");
  const back = ways && make("p", {}, `Can go back to what was paid with: ${ways}.`);
  return [title, table([["Step", ""], ["Amount", "amount"]], rows), back];
}

function formulaName(formula) {
  return `= ${words(formula.formula)}${formula.chosen ? ", the contract's own" : ""}`;
}

function quoteRow(className, step, amount) {
  const cell = make("td", { className: "amount" }, money(amount));
  return make("tr", { className }, make("td", {}, step), cell);
}

function coverageOf(row) {
  const draws = row.draws.map((draw) => `${draw.line} from ${draw.subscription}`);
  const from = draws.length ? ` (${draws.join(", ")})` : "";
  const owes = row.patient_owes ? money(row.patient_owes) : "nothing";
  return `${row.covered} of ${row.quantity} ${row.service} covered${from}. Patient owes ${owes}.`;
}

function showBalance(balance) {
  const contracts = balance.subscriptions.map(contractOf);
  const lines = balance.subscriptions.flatMap((contract) => contract.lines);
  const services = new Set(lines.flatMap((line) => line.services || []));
  $("who").textContent = `${balance.patient}, as of ${balance.as_of}`;
  $("credit").textContent = `Store credit: ${money(balance.store_credit)}`;
  $("services").replaceChildren(...[...services].map((value) => make("option", { value })));
  $("contracts").replaceChildren(...contracts);
  if (!contracts.length) $("contracts").append("No packages or memberships.");
  $("found").hidden = false;
  $("who").focus();
}

function clear() {
  turn += 1;
  $("found").hidden = true;
  for (const id of ["who", "credit", "covered"]) $(id).textContent = "";
  for (const id of ["contracts", "services"]) $(id).replaceChildren();
}

function search() {
  clear();
  patient = $("patient").value.trim();
  return ask(API.balance, { patient }).then(showBalance);
}

async function check() {
  $("covered").textContent = "";
  const lines = [{ service: $("service").value.trim(), quantity: $("quantity").value.trim() }];
  const { coverage } = await ask(API.check, {}, { patient, lines });
  $("covered").textContent = coverage.map(coverageOf).join(" ");
}

async function enter() {
  clear();
  session = { key: $("key").value.trim(), place: $("place").value.trim() };
  session.clinic = await ask(API.clinic);
  $("key").value = "";
  $("clinic").textContent = session.clinic.name;
  setInside(true);
  $("patient").focus();
}

/** Forgets the key and everything that was shown. */
function leave() {
  clear();
  session = null;
  patient = "";
  for (const form of document.forms) form.reset();
  for (const problem of document.querySelectorAll(".problem")) problem.hidden = true;
  $("clinic").textContent = "";
  setInside(false);
  $("key").focus();
}

function setInside(inside) {
  $("entry").hidden = inside;
  $("search").hidden = $("leave").hidden = !inside;
}

function stayAwake() {
  clearTimeout(idle);
  idle = setTimeout(leave, IDLE_MS);
}

for (const [id, act] of Object.entries({ entry: enter, search, check })) {
  $(id).addEventListener("submit", (event) => {
    event.preventDefault();
    telling($(id).querySelector(".problem"), act);
  });
}
$("leave").addEventListener("click", leave);
// A page that the browser keeps to go back to would keep the key as well.
window.addEventListener("pagehide", leave);
for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, stayAwake);
stayAwake();
