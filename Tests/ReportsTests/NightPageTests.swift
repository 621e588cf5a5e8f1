import Foundation
import Recognition
import Reports
import SleepRecognition
import Testing

/// What a page of nights and of their evaluation says where something is not there.
@Suite struct NightPageTests {
    @Test func intervalsOverPeopleAreSpokenOfWhereThereAreSome() throws {
        let nights = MadeUp.nights(12, epochs: 200)
        #expect(try page(nights).contains("bias and limits of agreement, with 95 % intervals over people</p>"))
    }

    private func page(_ nights: [RecordedNight]) throws -> String {
        var report = Report(title: "nights", version: "0")
        report.nights = try NightsPart(nights, classes: MadeUp.stages, acquaintance: .heldOut)
        return report.html
    }

    /// A night of so many sleep epochs, recognised as it was scored but for one.
    private func night(_ epochs: Int, clock: Double? = nil, isScored: Bool = true) -> RecordedNight {
        let stages = (0..<epochs).map { $0 / 7 % 5 }
        return RecordedNight(
            subject: "a", recording: "a", positions: Array(0..<epochs), scored: stages.map { isScored ? $0 : nil },
            recognised: [(stages[0] + 1) % 5] + stages.dropFirst(),
            probabilities: [[Float]](repeating: [0.2, 0.2, 0.2, 0.2, 0.2], count: epochs), clock: clock)
    }

    @Test(arguments: [
        (80, 22.0 + 5.0 / 60, ["22:10", "22:20", "22:30", "22:40"]),
        (80, 23.5 + 10.0 / 60, ["23:40", "23:50", "00:00", "00:10", "00:20"]),
        (10, 1.25, ["01:15", "01:16", "01:17", "01:18", "01:19", "01:20"]),
        (240, 22.0 + 50.0 / 60, ["23:00", "23:30", "00:00", "00:30"]),
        (960, 22.5, ["00:00", "02:00", "04:00", "06:00"]),
    ])
    func aNightHasTicksHoweverShortItIs(epochs: Int, clock: Double, ticks: [String]) throws {
        let html = try page([night(epochs, clock: clock)])
        let found = html.matches(of: />(\d\d:\d\d)<\/span>/).map { String($0.output.1) }
        #expect(found == ticks)
        #expect(html.contains("time of day"))
    }

    @Test func withoutAClockAShortNightCountsMinutes() throws {
        #expect(try page([night(80)]).contains("minutes since the first sample"))
        #expect(try page([night(960)]).contains("hours since the first sample"))
    }

    @Test func ofOneNightTheAgreementIsOneFigure() throws {
        let alone = try page([night(80)])
        #expect(alone.contains("are the same in <data value=\"0.9875\">98.8</data>\u{A0}% of a night"))
        #expect(alone.contains("Recognised less scored: bias</p>"))
        let two = try page([night(80), night(40)])
        #expect(two.contains("are the same in <data value=\"0.975\">97.5</data>\u{A0}% to <data value=\"0.9875\">98.8"))
    }

    /// Of two nights limits and slope would be drawn and say nothing.
    @Test func limitsAndSlopesAreShownFromThreeNightsOn() throws {
        let two = try page([night(80), night(40)])
        #expect(two.contains("Recognised less scored: bias</p>") && two.contains("<td class=n>–"))
        #expect(two.contains("fewer than three nights have, has no limits of agreement and no slope (–)"))
        #expect(!two.contains("title>lower limit") && !two.contains("Slope:"))
        let three = try page([night(80), night(40), night(60)])
        #expect(three.contains("Recognised less scored: bias and limits of agreement</p>"))
        #expect(three.contains("title>lower limit") && three.contains("Slope:"))
        #expect(!three.contains("fewer than three nights"))
    }

    @Test func statisticsOfNightsThatNobodyScoredAreOfAllThatWasRecognised() throws {
        let (whole, over) = (
            "they are taken over all that was recognised",
            "taken from the first to the last sleep epoch that is scored and recognised"
        )
        let unscored = try page([night(80, isScored: false)])
        #expect(unscored.contains("No sleep epoch is both scored and recognised here"))
        #expect(unscored.contains(whole) && !unscored.contains(over))
        let scored = try page([night(80)])
        #expect(scored.contains("both are \(over), and") && !scored.contains("of nights without such"))
        #expect(try page([night(80), night(80, isScored: false)]).contains("both are \(over), of nights without such"))
    }

    @Test func whereNoPeopleAreHeldOutNoIntervalIsSpokenOf() throws {
        func page(_ change: (inout [String: Any]) throws -> Void) throws -> String {
            var object = try #require(
                try JSONSerialization.jsonObject(with: MadeUp.fixture("evaluation")) as? [String: Any])
            try change(&object)
            let figures = try JSONDecoder().decode(
                EvaluationFigures.self, from: try JSONSerialization.data(withJSONObject: object))
            var report = Report(title: "t", version: "0")
            report.evaluation = try EvaluationPart(figures)
            return report.html
        }
        let words = "the line is all people together"
        #expect(try page { _ in }.contains("\(words), with its 95 % interval"))
        let random = try page { object in
            object["protocol"] = "random70"
            for key in ["accuracy_interval", "kappa_interval", "macro_f1_interval"] { object[key] = nil }
        }
        #expect(random.contains(words) && !random.contains("with its 95 % interval"))
        let alike = try page { object in
            var subjects = try #require(object["subjects"] as? [[String: Any]])
            for place in subjects.indices { subjects[place]["accuracy"] = 0.5 + Double(place) / 1e6 }
            object["subjects"] = subjects
        }
        #expect(alike.contains("People hardly differ: <data value=\"0.5\">50.0</data>\u{A0}% of each person"))
        #expect(!alike.contains("People differ:"))
    }
}
