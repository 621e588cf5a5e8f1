import Readers
import Testing

// Texts that say when the recording began from which their times count.

private let rows = [
    ("W", 0), ("N1", 2), ("N2", 3), ("N3", 5), ("?", 7), ("REM", 8), ("N2", 10), ("W", 11), ("", 12),
]

/// Twelve sleep epochs as MNE writes them.
private func annotations(start: String) -> String {
    let lines = zip(rows, rows.dropFirst()).map { "\($0.1 * 30).0,\(($1.1 - $0.1) * 30).0,\($0.0)" }
    return "# MNE-Annotations\n# orig_time : \(start)\n# onset, duration, description\n"
        + lines.joined(separator: "\n") + "\n"
}

/// The same as Philips writes it.
private func study(start: String) -> String {
    let stages = zip(rows.map { $0.0.replacing("?", with: "NotScored") }, rows).dropLast()
        .map { "<Stage Type=\"\($0)\" Start=\"\($1.1 * 30)\"/>" }.joined()
    return "<PatientStudy><Acquisition><Sessions><Session><RecordingStart>\(start)</RecordingStart>"
        + "<Duration>360</Duration></Session></Sessions></Acquisition><ScoringData><StagingData><UserStaging>"
        + "<NeuroAdultAASMStaging>\(stages)</NeuroAdultAASMStaging></UserStaging></StagingData></ScoringData>"
        + "</PatientStudy>"
}

private let forms = [annotations, study]

@Suite struct ScoringStartTests {
    /// The signals begin at ten in the evening of 24 April 1989.
    @Test func timesCountFromTheStartThatTheFileNames() throws {
        for form in forms {
            let later = try MadeUpHypnogram.source(form("1989-04-24T21:59:00"), epochs: 12)
            #expect(MadeUpHypnogram.labels(later) == "N1 N2 N2 N3 N3 - REM REM N2 W")
            #expect(later.outline.recordings[0].firstPosition == 0)
            #expect(later.skipped.contains { $0.count == 2 && $0.reason.hasSuffix("covers them, the signals do not") })
            let earlier = try MadeUpHypnogram.source(form("1989-04-24T22:01:00"), epochs: 12)
            #expect(MadeUpHypnogram.labels(earlier) == "W W N1 N2 N2 N3 N3 - REM REM")
            #expect(earlier.outline.recordings[0].firstPosition == 2)
        }
    }

    @Test(arguments: ["1989-04-24T22:00:00", "1989-04-24T22:00:00.40", "1989-04-24T22:00:00Z", "2016-05-03T22:00:00"])
    func aStartAtTheSignalsTimeOfDayIsTheirs(start: String) throws {
        for form in forms {
            let source = try MadeUpHypnogram.source(form(start))
            #expect(MadeUpHypnogram.labels(source) == MadeUpHypnogram.twelve && source.notes == [])
        }
    }

    @Test(arguments: [
        (start: "1989-04-24T21:59:00", header: "01.01.8500.00.00"),  // nothing in the header says when it was
        (start: "1900-01-01T00:00:00", header: "24.04.8922.00.00"), (start: "None", header: "24.04.8922.00.00"),
        (start: "0001-01-01T03:00:00", header: "24.04.8922.00.00"),
    ])
    func whereAStartWasTakenOutTimesCountFromTheSignals(start: String, header: String) throws {
        for form in forms {
            let source = try MadeUpHypnogram.source(form(start), start: header)
            #expect(MadeUpHypnogram.labels(source) == MadeUpHypnogram.twelve)
        }
    }

    @Test(arguments: ["24.04.8922.00.00", "01.01.8522.00.00"])
    func startsThatHaveNothingInCommonAreRefusedUntilTheUserSaysHowTheyLie(header: String) throws {
        for form in forms {
            let text = form("2016-05-03T22:13:05")
            let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(text, start: header) }
            #expect(error.hasPrefix(": it says that the recording began at 2016-05-03T22:13:05, and "), "\(error)")
            #expect(error.contains("at 22:00:00: nobody can tell which part of it that is; --hypnogram-offset"))
            let settled = try MadeUpHypnogram.source(text, start: header, offset: 0)
            #expect(MadeUpHypnogram.labels(settled) == MadeUpHypnogram.twelve)
        }
    }
}
