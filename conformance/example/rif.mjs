// The rule in JavaScript, for some kinds of cases: rif-threshold conformance --program "node rif.mjs"
// A chance is a fraction of two whole numbers of any length, [above, below]: nothing is rounded before the end.
import { createInterface } from "node:readline";

const CLAIMED = ["table", "ties", "minimum", "histories"];
// ESHRE 2023: the last year of each row, and its chance per transfer in percent.
const ROWS = { untested: [[34, "31.5"], [39, "25.9"], [99, "15.0"]], euploid: [[34, "68.4"], [40, "64.1"], [99, "58.0"]] };
const DECIMALS = 6n;

function fraction(percent) {
  const [whole, decimals = ""] = String(percent).split(".");
  return [BigInt(whole + decimals), 100n * 10n ** BigInt(decimals.length)];
}

// The first year that a label means; those of these kinds lie in one row: <35, >=40, >40.
function years(age) {
  const number = Number(String(age).replace(/[<>=]/g, ""));
  return String(age).startsWith("<") ? number - 1 : /^>\d/.test(age) ? number + 1 : number;
}

const row = (kind) => fraction(ROWS[kind.ploidy].find(([last]) => years(kind.oocyte_age_years) <= last)[1]);

// The chance of one transfer, by the route that the case is about.
function chance(given, kind) {
  if (kind.per_transfer_percent !== undefined) return fraction(kind.per_transfer_percent);
  if (given.clinic_transfers !== undefined) return [BigInt(given.clinic_successes), BigInt(given.clinic_transfers)];
  if (given.clinic_percent !== undefined) return fraction(given.clinic_percent);
  if (given.live_birth_percent === undefined) return row(kind);
  const [above, below] = fraction(given.live_birth_percent);
  return [above * 116n, below * 100n];
}

function percent([above, below]) {
  const unit = 10n ** DECIMALS;
  const units = (above * 100n * unit * 2n + below) / (below * 2n); // half up
  return `${units / unit}.${String(units % unit).padStart(Number(DECIMALS), "0")}`;
}

function answer(given) {
  const route = given.clinic_outcome ? "clinic_rate" : given.live_birth_percent ? "live_birth" : "age_table";
  const listed = given.history ?? Array(given.failed_transfers).fill(given);
  const after = listed.findLastIndex((each) => !["no_positive_test", "awaited", undefined].includes(each.result));
  const run = listed.slice(after + 1).filter((each) => each.result !== "awaited");
  const next = given.planned === "none" ? null : (given.planned ?? given);
  const known = next && (route !== "age_table" || next.ploidy !== undefined);
  const why = [{ field: "ploidy", code: "missing" }];
  if (next && !known && run.length === 0) return { state: "no_answer", route, routes: [], problems: why };
  const [above, below] = fraction(given.threshold_percent ?? "60");
  const done = run.map((each) => chance(given, each));
  const following = known ? chance(given, next) : null;
  let [missed, whole, total, soFar] = [1n, 1n, null, [0n, 1n]];
  for (let n = 1; n <= 1000 && (n <= done.length || (following && !total)); n += 1) {
    const [success, all] = done[n - 1] ?? following;
    [missed, whole] = [missed * (all - success), whole * all];
    if (n <= done.length) soFar = [whole - missed, whole];
    if (!total && n >= (given.minimum_transfers ?? 2) && (whole - missed) * below > above * whole) total = n;
  }
  const reached = total !== null && total <= run.length;
  const fields = { failed_transfers: run.length, crossed_at: reached ? total : null, transfers_to_threshold: total };
  const ends = { ...fields, further_transfers: total && Math.max(0, total - run.length), so_far_percent: percent(soFar) };
  ends.next_percent = following && percent(following);
  const pairs = Object.entries(ends).map(([name, end]) => [name, name === "failed_transfers" ? end : [end, end]]);
  return { state: reached ? "reached" : "not_yet", route, routes: [route], ...Object.fromEntries(pairs) };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, kind, case: given } = JSON.parse(line);
  console.log(JSON.stringify({ id, ...(CLAIMED.includes(kind) ? answer(given) : { state: "not_claimed" }) }));
}
