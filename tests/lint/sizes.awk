# Names functions over 100 lines ("warning: …") and files over 700 ("fault: …"). Our functions open and close in the first column.
function end_file() {
	if (last != "" && lines > 700)
		printf "fault: %s: %d lines, at most 700\n", last, lines
}
FNR == 1 { end_file(); last = FILENAME; begin = 0 }
{ lines = FNR }
/^[A-Za-z_].*\(/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
/^\{/ { begin = FNR }
/^\}/ { if (begin && FNR - begin > 100) printf "warning: %s:%d: %s() has %d lines\n", FILENAME, begin, name, FNR - begin; begin = 0 }
END { end_file() }
