import TestKit
import Testing

extension ProgramRun {
    /// Where a relay takes workers, once it says so.
    func relayedEndpoint(location: SourceLocation = #_sourceLocation) -> String {
        #expect(waits(for: "relaying for"), sourceLocation: location)
        let line = errorsSoFar.split(separator: "\n").first { $0.hasPrefix("relaying for") } ?? ""
        return String(line.split(separator: " ").last ?? "")
    }
}
