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
        #expect(TerminalText.line(text) == shown.replacing("\n", with: "?"))
    }

    @Test(arguments: [
        ("step 1/20 ", 10, "step 1/20 "), ("step 1/20  loss", 10, "step 1/20…"), ("名前 is", 8, "名前 is"),
        ("名前 is", 6, "名前 …"), ("名前", 4, "名前"), ("名前", 3, "名…"), ("abc", 1, "…"), ("abc", 0, "…"),
    ])
    func ofALineThatChangesAsMuchIsShownAsFits(line: String, width: Int, shown: String) {
        #expect(TerminalText.fitted(line, width: width) == shown)
    }

    @Test func aLineIsNoLongerThanATerminalCanShow() {
        let long = String(repeating: "x", count: 100_000)
        let line = TerminalText.line("ssrm: \(long)\nnext")
        #expect(line.count < 2100 && line.hasSuffix("… (100011 characters)"))
    }
}
