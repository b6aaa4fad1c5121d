# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # directory is that of who reads this file
# What the benches in sh share. Rates are files in $directory, a line a round.

say()
{
	printf '%s\n' "$*"
}

median()
{
	sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# ratios A B: a line a round; what two rounds share, such as a busy machine, cancels out
ratios()
{
	paste "$directory/$1" "$directory/$2" | awk '{ printf "%.3f\n", $1 / $2 }'
}

# ratio A B: the median of them
ratio()
{
	ratios "$1" "$2" >"$directory/ratios"
	median "$directory/ratios"
}

# spread A B: within which half of them are
spread()
{
	ratios "$1" "$2" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 3) / 4)] " to " v[int((3 * NR + 3) / 4)] }'
}

# row WHAT MEASURED AT-LEAST
row()
{
	printf '%-66s %14s   (to hold: %s)\n' "$1" "$2" "$3"
}

# row_of WHAT A B AT-LEAST
row_of()
{
	row "$1" "$(ratio "$2" "$3")" "$4; half of the rounds $(spread "$2" "$3")"
}
