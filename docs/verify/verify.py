"""Usage: WMS_MAC_SECRET=... python3 verify.py BODY-FILE 'hmac-sha256=...'"""

import hashlib
import hmac
import os
import sys
from pathlib import Path


def is_valid(secret, body, header):
    # begin
    expected = "hmac-sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), (header or "").encode(errors="replace"))
    # end


secret = os.environb.get(b"WMS_MAC_SECRET")
if not secret or len(sys.argv) < 2:
    print(__doc__, file=sys.stderr)
    sys.exit(2)
header = sys.argv[2] if len(sys.argv) > 2 else None
valid = is_valid(secret, Path(sys.argv[1]).read_bytes(), header)
print("valid" if valid else "invalid")
sys.exit(0 if valid else 1)
