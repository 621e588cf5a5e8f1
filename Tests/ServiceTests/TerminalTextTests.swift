import Service
import Testing

/// What files and peers say of themselves, as a terminal is to show it.
@Suite struct TerminalTextTests {
    @Test(arguments: [
        ("plain é \u{1F600}\n\tnext", "plain é \u{1F600}\n\tnext"), ("a\u{1B}[2Jb\rc\u{7}", "a?[2Jb?c?"),
        ("a\u{9B}31mb\u{7F}", "a?31mb?"), ("a\u{202E}b\u{2066}c\u{2028}d", "a?b?c?d"), ("a\r\nb", "a?\nb"),
    ])
    func nothingMovesTheCursorOrTurnsTheOrderAround(text: String, shown: String) {
        #expect(TerminalText.plain(text) == shown)
        #expect(TerminalText.short(text) == shown)
    }

    @Test func aLineIsNoLongerThanATerminalCanShow() {
        let long = String(repeating: "x", count: 100_000)
        let lines = TerminalText.short("ssrm: \(long)\nnext").split(separator: "\n")
        #expect(lines.count == 2 && lines[0].count < 2100 && lines[0].hasSuffix("… (100006 characters)"))
        #expect(lines[1] == "next")
    }
}
