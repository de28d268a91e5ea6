# Prints each line with comments, strings and character constants blanked out, so that what is left is code. Keeps line numbers.
{
	out = ""
	n = length($0)
	for (i = 1; i <= n; i++) {
		c = substr($0, i, 1)
		two = substr($0, i, 2)
		if (comment) {
			if (two == "*/") { comment = 0; i++ }
			continue
		}
		if (two == "/*") { comment = 1; i++; out = out " "; continue }
		if (two == "//") break
		if (c == "\"" || c == "'") {
			out = out c
			for (i++; i <= n && substr($0, i, 1) != c; i++)
				if (substr($0, i, 1) == "\\") i++
			out = out c
			continue
		}
		out = out c
	}
	print out
}
