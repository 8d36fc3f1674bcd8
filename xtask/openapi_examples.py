"""Holds the JSON examples of the specs against the schemas of docs/openapi, with a validator that is not ours.

Usage: openapi_examples.py DOCUMENT... Prints what does not fit, a line each; fails if there is something.
Needs `openapi-schema-validator` of PyPI.
"""

import json
import pathlib
import sys

from openapi_schema_validator import OAS31Validator

JSON = "application/json"
# What no schema here can say, with the reason; an exception that fits after all is an error.
EXCEPTIONS = {
    "specs/clodo/ips/list_ips/json_addr.answer.json": "JSON with the names of XML: the client takes both, a schema that"
    " did could require neither",
}
# No answer at all: a schema that takes it holds nothing.
PAGE = "<html><body>502 Bad Gateway</body></html>"


def body(path):
    """The JSON of an example file; None where it has none."""
    text = pathlib.Path(path).read_bytes()
    if path.endswith(".http"):
        _, _, text = text.partition(b"\n\n")
        if not text.lstrip().startswith((b"{", b"[")):
            return None
    elif not path.endswith(".json"):
        return None
    return json.loads(text)


def cases(document):
    """Schema and example files of every request, answer and fault."""
    for operations in document["paths"].values():
        for operation in operations.values():
            places = [operation.get("requestBody", {})] + list(operation["responses"].values())
            for place in places:
                schema = place.get("content", {}).get(JSON, {}).get("schema")
                if schema is not None:
                    for path in place.get("x-hostkit-examples", []):
                        yield schema, path


def main(paths):
    """The number of bodies, and of those that do not fit."""
    checked, wrong, used = set(), [], set()
    for path in paths:
        document = json.loads(pathlib.Path(path).read_text())
        for schema, example in cases(document):
            value = body(example)
            if value is None or (path, example) in checked:
                continue
            checked.add((path, example))
            whole = {**schema, "components": document["components"]}
            validator = OAS31Validator(whole)
            if validator.is_valid(PAGE):
                wrong.append(f"{example}: the schema takes a page of a web server")
            errors = list(validator.iter_errors(value))
            if errors and example in EXCEPTIONS:
                used.add(example)
                continue
            for error in errors[:1]:
                place = "/".join(str(part) for part in error.absolute_path)
                wrong.append(f"{example}: {place}: {error.message[:200]}")
    wrong += [f"{name}: an exception that fits, or is not there" for name in EXCEPTIONS if name not in used]
    print("\n".join(wrong), file=sys.stderr)
    print(f"{len(checked)} bodies, {len(wrong)} do not fit, {len(used)} exceptions")
    return 1 if wrong or not checked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
