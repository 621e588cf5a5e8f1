import Service

/// Prints lines for people to standard output; names in files may hold what a terminal is not to be told.
func print(_ text: String) { Swift.print(TerminalText.plain(text)) }
