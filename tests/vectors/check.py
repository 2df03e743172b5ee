"""Usage: python3 check.py docs/verify/verify.py docs/vectors.json

Runs the published lines over the published vectors."""

import base64
import hashlib
import hmac
import json
import sys
import textwrap

program, vectors = (open(name, encoding="utf-8").read() for name in sys.argv[1:])
lines = textwrap.dedent(program.split("# begin\n")[1].split("    # end")[0])
scope = {"hashlib": hashlib, "hmac": hmac}
exec("def is_valid(secret, body, header):\n" + textwrap.indent(lines, "    "), scope)


def as_node_ascii(body):
    """What Node's 'ascii' hashes: the low byte of each UTF-16 unit."""
    return body.decode("utf-8", "replace").encode("utf-16-le")[::2]


count, wrong = 0, 0
for vector in json.loads(vectors):
    body = vector["body"].encode() if "body" in vector else base64.b64decode(vector["body_base64"])
    hashed = as_node_ascii(body) if vector["mac_input"] == "latin1" else body
    verdict = "valid" if scope["is_valid"](vector["secret"].encode(), hashed, vector["header"]) else "invalid"
    if verdict != vector["verdict"]:
        print(f"{vector['name']}: {verdict}, expected {vector['verdict']}")
        wrong += 1
    count += 1
print(f"{count} vectors")
sys.exit(1 if wrong else 0)
