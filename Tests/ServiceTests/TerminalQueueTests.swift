import Service
import Testing

/// What is written to standard error, by somebody who may wait for its reader.
@Suite struct TerminalQueueTests {
    private func all(_ queue: inout TerminalQueue) -> [String] {
        var texts: [String] = []
        while let text = queue.next() { texts.append(text) }
        return texts
    }

    @Test func linesComeInOrderAndEachOnce() {
        var queue = TerminalQueue()
        queue.put("a")
        queue.put("b")
        #expect(queue.next() == "a\n")
        queue.put("c")
        #expect(all(&queue) == ["b\n", "c\n"])
        #expect(queue.next() == nil)
    }

    @Test func aLineThatStaysTakesTheChangingOnesPlace() {
        var queue = TerminalQueue()
        queue.show("1 of 2")
        queue.show("2 of 2")
        #expect(queue.next() == "\r\u{1B}[K2 of 2")
        queue.put("done")
        queue.clear()
        #expect(all(&queue) == ["\r\u{1B}[Kdone\n", ""])
        queue.show("more")
        queue.clear()
        #expect(all(&queue) == [""])
    }

    @Test func whatNobodyReadsIsBoundedAndItIsSaidThatLinesAreMissing() {
        var queue = TerminalQueue()
        let line = String(repeating: "x", count: 1023)
        for _ in 0..<10_000 { queue.put(line) }
        let written = all(&queue)
        #expect(written.count < 300 && written.dropLast().allSatisfy { $0 == line + "\n" })
        #expect(written.last == "(\(10_000 - written.count + 1) lines are left out here: nobody was reading)\n")
        queue.put("read again")
        #expect(all(&queue) == ["read again\n"])
    }
}
