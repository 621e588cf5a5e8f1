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

    @Test(arguments: [
        "1989-04-24T22:00:00", "1989-04-24T22:00:01.40", "1989-04-24T22:00:00Z", "1989-04-24 22:00:00+02:00",
        "2016-05-03T22:00:00", "2016-05-03T21:59:59",
    ])
    func aStartAtTheSignalsTimeOfDayIsTheirs(start: String) throws {
        for form in forms {
            let source = try MadeUpHypnogram.source(form(start))
            #expect(MadeUpHypnogram.labels(source) == MadeUpHypnogram.twelve && source.notes == [])
        }
    }

    /// Midnight and the first of January 1985 stand for what was taken out.
    @Test(arguments: [
        (start: "1989-04-24T21:59:00", header: "01.01.8500.00.00"), (start: "None", header: "24.04.8922.00.00"),
        (start: "1989-04-24T21:59:00", header: "01.01.0100.00.00"),
        (start: "1900-01-01T00:00:00", header: "24.04.8922.00.00"),
        (start: "0001-01-01T03:00:00", header: "24.04.8922.00.00"),
    ])
    func whereAStartWasTakenOutTimesCountFromTheSignals(start: String, header: String) throws {
        for form in forms {
            let source = try MadeUpHypnogram.source(form(start), start: header)
            #expect(MadeUpHypnogram.labels(source) == MadeUpHypnogram.twelve)
        }
    }

    @Test(arguments: [
        (start: "2016-05-03T22:13:05", header: "24.04.8922.00.00"),
        (start: "2016-05-03T22:13:05", header: "01.01.8522.00.00"),
        // Midnight may be one, and the clock another.
        (start: "1989-04-24T00:00:00", header: "24.04.8922.00.00"),
        (start: "1989-04-23T23:59:00", header: "24.04.8900.00.00"),
        (start: "1989-04-24T21:59:00+0200", header: "24.04.8922.00.00"),
    ])
    func startsOfWhichNobodyCanTellAreRefusedUntilTheUserSaysHowTheyLie(start: String, header: String) throws {
        for form in forms {
            let text = form(start)
            let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(text, start: header) }
            #expect(error.hasPrefix(": it says that the recording began at \(start.prefix(10))T"), "\(error)")
            #expect(error.contains("nobody can tell which part of it that is; --hypnogram-offset"), "\(error)")
            let settled = try MadeUpHypnogram.source(text, start: header, offset: 0)
            #expect(MadeUpHypnogram.labels(settled) == MadeUpHypnogram.twelve)
        }
    }

    /// MNE calls the clock of the place UTC; Philips' UTC may be another clock.
    @Test(arguments: ["Z", "+00:00"])
    func utcIsTheClockOfThePlaceForMNEAlone(zone: String) throws {
        let source = try MadeUpHypnogram.source(annotations(start: "1989-04-24 21:59:00" + zone))
        #expect(MadeUpHypnogram.labels(source) == "N1 N2 N2 N3 N3 - REM REM N2 W")
        let text = study(start: "1989-04-24T21:59:00" + zone)
        #expect(try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(text) }.contains("of a zone, and"))
    }

    /// What was cut out of a file whose day was taken out before has the same day.
    @Test func startsOfTheSameDayOfNobodyAreCompared() throws {
        for form in forms {
            let source = try MadeUpHypnogram.source(form("1985-01-01T21:59:00"), start: "01.01.8522.00.00")
            #expect(MadeUpHypnogram.labels(source) == "N1 N2 N2 N3 N3 - REM REM N2 W")
        }
    }

    @Test func theStartOfPhilipsFirstSessionCounts() throws {
        let text = study(start: "None").replacing(
            "</Sessions>",
            with:
                "<Session><RecordingStart>1989-04-24T21:59:00</RecordingStart><Duration>9</Duration></Session></Sessions>"
        )
        #expect(MadeUpHypnogram.labels(try MadeUpHypnogram.source(text)) == "W W N1 N2 N2 N3 N3 - REM REM N2 W")
    }
}
