# Checks #include lines against the table. Input: first tests/lint/layers, then the sources. -v own="src/base/buf.c src/base/x.h …"
# lists all files of src, to tell private headers and owners by.

function fault(text) { printf "%s:%d: %s\n", FILENAME, FNR, text; faults++ }

function fits(name, patterns,    list, n, i, regex) {
	n = split(patterns, list, " ")
	for (i = 1; i <= n; i++) {
		regex = list[i]
		gsub(/[.+]/, "\\\\&", regex)
		gsub(/\*/, ".*", regex)
		if (name ~ "^" regex "$")
			return 1
	}
	return 0
}

function owner_of(header,    i) {	# "buf" -> "base"
	if (header in owner)
		return owner[header]
	return candidates[header] == 1 ? candidate[header] : ""
}

BEGIN {
	n = split(own, files, " ")
	for (i = 1; i <= n; i++) {
		exists[files[i]] = 1
		depth = split(files[i], parts, "/")
		if (depth == 3 && parts[3] ~ /\.c$/) {
			name = substr(parts[3], 1, length(parts[3]) - 2)
			candidate[name] = parts[2]
			candidates[name]++
		}
	}
}

FILENAME ~ /tests\/lint\/layers$/ {
	if ($1 == "folder") {
		level[$2] = $3 + 0
		third[$2] = ""
		for (i = 4; i <= NF; i++) { third[$2] = third[$2] " " $i; foreign = foreign " " $i }
	} else if ($1 == "owns")
		for (i = 3; i <= NF; i++) owner[$i] = $2
	else if ($1 == "allow" && NF >= 4)
		allowed[$2, $3] = 1
	else if ($1 == "system")
		for (i = 2; i <= NF; i++) libc = libc " " $i
	else if ($1 !~ /^#/ && NF)
		fault("cannot be read: " $0)
	next
}

FNR == 1 {
	depth = split(FILENAME, parts, "/")
	public = parts[1] == "include"
	if (public) {
		header = substr(parts[3], 1, length(parts[3]) - 2)
		folder = owner_of(header)
		if (folder == "")
			fault("belongs to no folder: say which one owns it in tests/lint/layers")
	} else
		folder = depth == 2 ? "main" : parts[2]
	if (folder != "" && !(folder in level)) {
		fault("the folder " folder " has no level in tests/lint/layers")
		folder = ""
	}
}

folder != "" && /^[ \t]*#[ \t]*include/ {
	system_wide = $0 ~ /</
	name = $0
	sub(/^[^"<]*["<]/, "", name)
	sub(/[">].*$/, "", name)
	if ((folder, name) in allowed)
		next
	if (system_wide) {
		if (fits(name, third[folder]))
			next
		if (fits(name, foreign))
			fault("<" name "> does not belong in " folder)
		else if (!fits(name, libc))
			fault("<" name "> is not known: a third-party header belongs to a folder in tests/lint/layers")
	} else if (name ~ /^kumatop\//) {
		target = substr(name, 9, length(name) - 10)
		there = owner_of(target)
		if (there == "" || !(there in level))
			fault("\"" name "\" belongs to no folder in tests/lint/layers")
		else if (there != folder && level[there] >= level[folder])
			fault("\"" name "\" belongs to " there " (level " level[there] "); " folder " is level " level[folder])
	} else if (public)
		fault("a public header includes \"" name "\", which is private")
	else if (name !~ /^assets\//) {
		path = FILENAME
		sub(/[^\/]*$/, "", path)
		if (name ~ /\// || !((path name) in exists))
			fault("\"" name "\" is not a header of this folder")
	}
}

END { exit faults > 0 }
