# SPDX-License-Identifier: MIT
# Not part of make check: these need root, Postfix and free ports. contrib/quickstart test runs them.
EXTRA_DIST += tests/integration tests/newcomer
