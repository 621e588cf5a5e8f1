import Foundation
import Signals
import Testing

@Suite struct ReaderRecordTests {
    /// A shell makes the very options of it, whatever they hold.
    @Test(arguments: ["Fpz-Cz,O2", "EEG Fpz-Cz,EOG horizontal", "a'b", "$HOME", "x;y", "\"A,B\",C", ""])
    func whatIsSaidOfItIsReadByAShell(value: String) throws {
        let record = ReaderRecord(reader: "edf", settings: ["channels": value], layout: ["unlabelled": ""])
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", "printf '%s\\n' \(record.summary)"]
        let output = Pipe()
        shell.standardOutput = output
        try shell.run()
        let words = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        shell.waitUntilExit()
        let option = value.isEmpty ? "--channels" : "--channels=\(value)"
        #expect(words == "edf\n\(option)\n--unlabelled\n")
    }

    @Test func whatAFileSaysThatIsNoOptionIsOneWordToo() {
        let record = ReaderRecord(reader: "edf; id", settings: ["$(id)": "a\nb"])
        #expect(record.summary == "'edf; id' '--$(id)=ab'")
    }

    @Test func plainValuesStandAsTheyAre() {
        let record = ReaderRecord(reader: "pmd", settings: ["experiment": "i", "settling-frames": "2"])
        #expect(record.summary == "pmd --experiment=i --settling-frames=2")
    }
}
