# SPDX-License-Identifier: GPL-2.0-or-later
#
# A Python program of the ordinary kind: modules, a dictionary in use, and a
# pace.  It replaces some entries, so that memory is freed and taken.

import collections
import decimal
import json
import random
import re
import time

table = {f"key {n}": json.dumps({"n": n, "name": "x" * 80})
         for n in range(20000)}
seen = collections.Counter()
number = re.compile(r'"n": (\d+)')
total = decimal.Decimal(0)

while True:
    for _ in range(50):
        key = f"key {random.randrange(20000)}"
        found = int(number.search(table[key]).group(1))
        seen[found % 100] += 1
        total += found
        table[key] = json.dumps({"n": found, "name": "y" * 80})
    time.sleep(0.05)
