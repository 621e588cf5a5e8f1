import Service
import Testing
import Wire

/// Names of workers that come with keys.
@Suite struct KeyedNameTests {
    /// What makes one character of itself and whatever stands before it.
    private static let marks = ["\u{301}", "\u{200D}", "\u{FE0F}"]

    private func name(_ name: String, label: String = "mill") throws -> String {
        let hello = Hello(name: name, processor: "", numerics: "", threads: 1, datasetDigest: "")
        return try KeyedName.of(hello, label: label).name
    }

    @Test func aWorkerBearsItsKeysLabelOnce() throws {
        #expect(try name("host:7") == "mill/host:7")
        #expect(try name("mill/host:7") == "mill/host:7")
    }

    @Test func nobodyBearsAnotherKeysName() {
        #expect(throws: KeyedName.Fault.self) { try name("oven/host:7") }
        for mark in Self.marks { #expect(throws: KeyedName.Fault.self) { try name("oven/\(mark)x") } }
    }
}
