// JSON Schema, as far as openapi.json uses it, in words.

// A function that follows references of the document.
export function resolver(document) {
  return function resolve(node) {
    while (node.$ref) node = node.$ref.slice(2).split("/").reduce((at, name) => at[name], document);
    return node;
  };
}

function range({ minimum, maximum }) {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `, at least ${minimum}`;
  return maximum === undefined ? "" : `, at most ${maximum}`;
}

// "integer from 1 to 100", "list of string".
export function describe(given, resolve) {
  const schema = resolve(given);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.contentMediaType) return "file";
  if (schema.type === "array") return schema.items ? `list of ${describe(schema.items, resolve)}` : "list";
  return [schema.type ?? "object"].flat().join(" or ") + range(schema);
}

// What a caller may send: {name, in, schema, required, description}, of the address, the query, the headers and the form.
export function fieldsOf(operation, resolve) {
  const parameters = (operation.parameters ?? []).map(resolve).map((parameter) => ({
    name: parameter.name, in: parameter.in, required: Boolean(parameter.required), schema: resolve(parameter.schema),
    description: parameter.description ?? resolve(parameter.schema).description ?? "",
  }));
  const form = operation.requestBody && resolve(operation.requestBody).content["multipart/form-data"];
  const { properties = {}, required = [] } = form ? resolve(form.schema) : {};
  return parameters.concat(Object.entries(properties).map(([name, given]) => {
    const schema = resolve(given);
    return { name, in: "form", required: required.includes(name), schema, description: schema.description ?? "" };
  }));
}
